import { errorCode } from '../../../toolkit/properties.js';
import type { Statement } from '../dialect/dialect.js';
import { columnValue, type PooledQueryRunner, type StatementResult } from '../dialect/typeorm-types.js';
import { isRejection } from './errors.js';
import type { PgClient } from './guarded-client.js';
import { SET_UP_OWN_SESSION } from './session.js';

/** A statement's name is unknown or taken: another client uses the session after all. */
const SHARED_SESSION: readonly string[] = ['26000', '42P05'];

/** A statement's result has other types than when it was prepared: a migration has changed the table. */
const OUTDATED = '0A000';

/**
 * Sends named statements so that Postgres parses and plans them once per connection, where that is safe. A statement that
 * Postgres rejects because of its name was not executed: it is sent again without the name.
 */
export class PreparedStatements {
  /** The connections that lead to the server itself, not to a pooler. */
  readonly #direct = new WeakMap<object, PgClient>();
  #isDisabled = false;

  /** Finds out whether a new connection may keep statements prepared. Rejects if the connection is closed. */
  async prepare(client: PgClient): Promise<void> {
    try {
      const { rows } = await client.query({ text: SET_UP_OWN_SESSION, values: [client.processID] });
      if (columnValue(rows[0], 'sequential_scans') === 'off') this.#direct.set(client, client);
    } catch (error) {
      // A server that speaks Postgres' protocol but lacks these functions is used all the same.
      if (!isRejection(errorCode(error))) throw error;
    }
  }

  /** Sends a statement over the runner's connection. */
  async send(statement: Statement<unknown>, runner: PooledQueryRunner, connection: unknown): Promise<StatementResult> {
    const { name, sql, parameters } = statement;
    const client = this.#isDisabled ? undefined : this.#clientOf(connection);
    if (client === undefined || name === undefined) return runner.query(sql, parameters, true);
    try {
      const { rows, rowCount } = await client.query({ name, text: sql, values: parameters });
      return { records: rows, affected: rowCount ?? undefined };
    } catch (error) {
      const isShared = SHARED_SESSION.includes(errorCode(error));
      if (!isShared && errorCode(error) !== OUTDATED) throw error;
      this.#isDisabled ||= isShared;
      this.#direct.delete(client);
      return runner.query(sql, parameters, true);
    }
  }

  #clientOf(connection: unknown): PgClient | undefined {
    return typeof connection === 'object' && connection !== null ? this.#direct.get(connection) : undefined;
  }
}
