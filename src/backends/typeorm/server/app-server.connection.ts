import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { readProperty } from '../../../toolkit/properties.js';
import type { SqlConnection, SqlSession } from '../dialect/dialect.js';
import {
  assertInitialized,
  type PooledQueryRunner,
  type SqlValue,
  type StatementResult,
  type TypeOrmDataSource,
} from '../dialect/typeorm-types.js';
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
  #stopListening: (() => void) | undefined;

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
    this.#stopListening ??= listenForPoolErrors(this.#dataSource);
    const session = new PooledSession({
      createQueryRunner: createRunnerFactory(this.#dataSource, dialect, location),
      dialect,
      location,
      commandTimeout: this.#commandTimeout,
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

  async close(): Promise<void> {
    this.#session?.clearTimer();
    this.#session = undefined;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}

function createRunnerFactory(
  dataSource: TypeOrmDataSource,
  { isUncommitted, destroyConnection }: ServerDialect,
  location: string,
): () => PooledQueryRunner {
  if (isUncommitted === undefined) return () => dataSource.createQueryRunner();
  const guard = { isUncommitted, destroyConnection, location };
  return () => new AutocommitGuard(dataSource.createQueryRunner(), guard);
}

/** What an `AutocommitGuard` needs. */
interface AutocommitGuardSettings extends Pick<ServerDialect, 'destroyConnection'> {
  readonly isUncommitted: (result: StatementResult) => boolean;
  readonly location: string;
}

/**
 * Rejects results that were not committed. A connection of the app's pool may have autocommit off, or be in a transaction
 * that was never ended: a write there would be acknowledged and then lost.
 */
class AutocommitGuard implements PooledQueryRunner {
  readonly #runner: PooledQueryRunner;
  readonly #settings: AutocommitGuardSettings;
  #connection: unknown;

  constructor(runner: PooledQueryRunner, settings: AutocommitGuardSettings) {
    this.#runner = runner;
    this.#settings = settings;
  }

  async connect(): Promise<unknown> {
    this.#connection = await this.#runner.connect();
    return this.#connection;
  }

  async query(sql: string, parameters: SqlValue[], useStructuredResult: true): Promise<StatementResult> {
    const { isUncommitted, destroyConnection, location } = this.#settings;
    const result = await this.#runner.query(sql, parameters, useStructuredResult);
    if (!isUncommitted(result)) return result;
    // The server undoes the statement, and all else that was not committed on this connection.
    destroyConnection(this.#connection);
    throw new StorageUnavailableError(
      `${location}: a connection of its pool was in a transaction, which was ended; nothing was changed. Never return a ` +
        'connection to the pool with autocommit off or before its transaction has ended.',
      { outcome: 'not-applied' },
    );
  }

  release(): Promise<void> {
    return this.#runner.release();
  }
}

type Listener = (client: unknown) => void;

/** The part of Node's EventEmitter that is used here. */
interface Emitter {
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

/**
 * Adds an `error` listener to every client of the app's Postgres pool. When the pool hands out a client, it removes its
 * listener before the caller can add one; if the last message of a server that shuts down arrives in between, it would
 * crash the process (rule ER-5). Other listeners still receive the error.
 * @returns stops it for clients that are not known yet; the others keep their listener
 */
export function listenForPoolErrors(dataSource: TypeOrmDataSource): () => void {
  const pool = readProperty(readProperty(dataSource, 'driver'), 'master');
  if (dataSource.options.type !== 'postgres' || !isEmitter(pool)) return () => {};
  const known = new WeakSet<object>();
  // The pool emits `acquire` just before it removes its listener.
  const onAcquire: Listener = (client) => {
    if (!isEmitter(client) || known.has(client)) return;
    known.add(client);
    client.on('error', () => {});
  };
  pool.on('acquire', onAcquire);
  return () => pool.off('acquire', onAcquire);
}

function isEmitter(value: unknown): value is Emitter {
  return typeof readProperty(value, 'on') === 'function' && typeof readProperty(value, 'off') === 'function';
}
