import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { AutocommitGuard } from './autocommit-guard.js';
import { assertInitialized, type TypeOrmDataSource } from '../dialect/typeorm-types.js';
import type { ServerDialect } from './server-dialect.js';
import { listenForPoolErrors } from './pool-error-listener.js';
import { PooledSession } from './pooled-session.js';
import type { SqlConnection, SqlSession } from '../dialect/sql-session.js';

/**
 * A DataSource of a server that the app owns: never initialized, never configured and never destroyed here. Its pool is
 * shared; a transaction of the app's has a connection of its own and is not disturbed.
 */
export class AppServerConnection implements SqlConnection {
  /** TypeORM's words for servers are ours too. */
  readonly backend: string;
  readonly place = "the app's DataSource";
  readonly dialect: ServerDialect;
  readonly #dataSource: TypeOrmDataSource;
  readonly #commandTimeout: number;
  #session: PooledSession | undefined;
  #stopHearing: (() => void) | undefined;

  constructor(dataSource: TypeOrmDataSource, dialect: ServerDialect, commandTimeout: number) {
    this.backend = dataSource.options.type;
    this.#dataSource = dataSource;
    this.dialect = dialect;
    this.#commandTimeout = commandTimeout;
  }

  async open(): Promise<SqlSession> {
    assertInitialized(this.#dataSource, this.place);
    const { dialect, place } = this;
    this.#stopHearing ??= listenForPoolErrors(this.#dataSource);
    const session = new PooledSession({
      dataSource: {
        createQueryRunner: () => new AutocommitGuard(this.#dataSource.createQueryRunner(), dialect, place),
      },
      dialect,
      place,
      commandTimeout: this.#commandTimeout,
    });
    this.#session = session;
    await this.#verify(session);
    return session;
  }

  async configure(): Promise<void> {}

  async check(): Promise<void> {
    assertInitialized(this.#dataSource, this.place);
  }

  async close(): Promise<void> {
    this.#session?.rest();
    this.#session = undefined;
    this.#stopHearing?.();
    this.#stopHearing = undefined;
  }

  /** Of one connection of the pool, which stands for all. */
  async #verify(session: SqlSession): Promise<void> {
    const { verifySession } = this.dialect;
    const problems = verifySession === undefined ? [] : await session.read(verifySession, null);
    if (problems.length === 0) return;
    const message = `${this.place} has settings that the storage cannot work with: ${problems.join('; ')}.`;
    throw new StorageUnavailableError(message, { outcome: 'not-applied' });
  }
}
