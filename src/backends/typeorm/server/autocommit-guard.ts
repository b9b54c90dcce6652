import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { PooledQueryRunner, SqlValue, StatementResult } from '../dialect/typeorm-types.js';
import type { ServerDialect } from './server-dialect.js';

/**
 * Takes nothing for done that was not committed. A connection that others have set up may commit nothing by itself, or be
 * in a transaction that somebody forgot to end: what was written there would be lost though it was acknowledged.
 */
export class AutocommitGuard implements PooledQueryRunner {
  readonly #runner: PooledQueryRunner;
  readonly #dialect: ServerDialect;
  readonly #place: string;
  #connection: unknown;

  /** @param place - where the data lies, as a message may name it */
  constructor(runner: PooledQueryRunner, dialect: ServerDialect, place: string) {
    this.#runner = runner;
    this.#dialect = dialect;
    this.#place = place;
  }

  async connect(): Promise<unknown> {
    this.#connection = await this.#runner.connect();
    return this.#connection;
  }

  async query(sql: string, parameters: SqlValue[], useStructuredResult: true): Promise<StatementResult> {
    const result = await this.#runner.query(sql, parameters, useStructuredResult);
    if (this.#dialect.isUncommitted?.(result) !== true) return result;
    // The server undoes it, and whatever else was never committed there.
    this.#dialect.destroyConnection(this.#connection);
    throw new StorageUnavailableError(
      `${this.#place}: a connection of its pool was within a transaction, which was ended; nothing was changed. Let no ` +
        'connection go back to the pool with autocommit off or before its transaction has ended.',
      { outcome: 'not-applied' },
    );
  }

  release(): Promise<void> {
    return this.#runner.release();
  }
}
