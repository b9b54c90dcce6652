import type { PooledQueryRunner, StatementResult } from '../dialect/typeorm-types.js';
import type { Statement } from '../dialect/dialect.js';
import { isRefusal } from './errors.js';
import { columnValue } from '../dialect/result-row.js';
import { errorCode } from '../../../toolkit/properties.js';
import type { PgClient } from './guarded-client.js';

/**
 * Where the session is the client's own, its plans are made without sequential scans. A plan that is kept while a table is
 * small would be one, and stay one when a million rows have come, until the table is analyzed.
 *
 * A pooler makes up a process id of its own for each of its clients. What it gives one client's statement is another's
 * the next moment: nothing may be set there, and a name may be unknown or taken.
 */
const SET_UP_OWN_SESSION =
  "SELECT CASE WHEN pg_backend_pid() = $1::int THEN set_config('enable_seqscan', 'off', false) END AS sequential_scans";

/** A name that is unknown or taken: somebody else uses the session after all. */
const SHARED_SESSION: readonly string[] = ['26000', '42P05'];

/** What a statement gives has other types than when it was prepared: a migration has changed the table. */
const OUTDATED = '0A000';

/**
 * Sends statements that have a name so that Postgres parses and plans them once for each connection, where that is safe.
 * What it refuses for the sake of the name it has not done: that is sent again without one.
 */
export class PreparedStatements {
  /** The connections that reach the server itself. */
  readonly #direct = new WeakMap<object, PgClient>();
  #areOff = false;

  /** Finds out whether a new connection may keep statements. Rejects where there is no connection any more. */
  async greet(client: PgClient): Promise<void> {
    try {
      const { rows } = await client.query({ text: SET_UP_OWN_SESSION, values: [client.processID] });
      if (columnValue(rows[0], 'sequential_scans') === 'off') this.#direct.set(client, client);
    } catch (error) {
      // Something that speaks like Postgres and does not know these functions is used all the same.
      if (!isRefusal(errorCode(error))) throw error;
    }
  }

  /** Sends a statement over the runner's connection. */
  async send(statement: Statement<unknown>, runner: PooledQueryRunner, connection: unknown): Promise<StatementResult> {
    const { name, sql, parameters } = statement;
    const client = this.#areOff ? undefined : this.#clientOf(connection);
    if (client === undefined || name === undefined) return runner.query(sql, parameters, true);
    try {
      const { rows, rowCount } = await client.query({ name, text: sql, values: parameters });
      return { records: rows, affected: rowCount ?? undefined };
    } catch (error) {
      const isShared = SHARED_SESSION.includes(errorCode(error));
      if (!isShared && errorCode(error) !== OUTDATED) throw error;
      this.#areOff ||= isShared;
      this.#direct.delete(client);
      return runner.query(sql, parameters, true);
    }
  }

  #clientOf(connection: unknown): PgClient | undefined {
    return typeof connection === 'object' && connection !== null ? this.#direct.get(connection) : undefined;
  }
}
