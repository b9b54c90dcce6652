import type { SqlConnection, SqlSession } from '../dialect/dialect.js';
import { assertInitialized, type TypeOrmDataSource } from '../dialect/typeorm-types.js';
import { AppPool } from './app-pool.js';
import { AppSessions } from './app-sessions.js';
import { PooledSession } from './pooled-session.js';
import type { ServerDialect } from './server-dialect.js';
import { settleDialect } from './settle-dialect.js';

/**
 * A DataSource of a server that the app owns: never initialized, configured or destroyed here. Its pool is shared; a
 * transaction of the app has a connection for itself and is not disturbed.
 */
export class AppServerConnection implements SqlConnection {
  /** TypeORM's names of the servers are also ours. */
  readonly backend: string;
  readonly location = "the app's DataSource";
  readonly #unsettled: ServerDialect;
  readonly #dataSource: TypeOrmDataSource;
  readonly #commandTimeout: number;
  #dialect: ServerDialect;
  #session: PooledSession | undefined;
  #pool: AppPool | undefined;

  constructor(dataSource: TypeOrmDataSource, dialect: ServerDialect, commandTimeout: number) {
    this.backend = dataSource.options.type;
    this.#dataSource = dataSource;
    this.#unsettled = dialect;
    this.#dialect = dialect;
    this.#commandTimeout = commandTimeout;
  }

  get dialect(): ServerDialect {
    return this.#dialect;
  }

  async open(): Promise<SqlSession> {
    assertInitialized(this.#dataSource, this.location);
    const { location } = this;
    const dialect = this.#unsettled;
    this.#dialect = dialect;
    const pool = this.#watchPool();
    const sessions = new AppSessions({ pool, location, dialect: () => this.#dialect });
    const session = new PooledSession({
      createQueryRunner: () => this.#dataSource.createQueryRunner(),
      dialect,
      location,
      commandTimeout: this.#commandTimeout,
      isUsable: (runner, connection) => sessions.isUsable(runner, connection),
      send: (...parameters) => sessions.send(...parameters),
    });
    this.#session = session;
    return session;
  }

  async settle(session: SqlSession): Promise<void> {
    this.#dialect = await settleDialect(session, this.#dialect, this.location);
  }

  async check(): Promise<void> {
    assertInitialized(this.#dataSource, this.location);
  }

  /** Rejects if a write would fail, for want of a privilege for example. */
  async configure(session: SqlSession): Promise<void> {
    await session.read(this.#dialect.ping, null);
  }

  async close(): Promise<void> {
    this.#session?.clearTimer();
    this.#session = undefined;
    this.#pool?.unwatch();
    this.#pool = undefined;
  }

  #watchPool(): AppPool {
    if (this.#pool !== undefined) return this.#pool;
    this.#pool = AppPool.of(this.#dataSource);
    this.#pool.watch();
    return this.#pool;
  }
}
