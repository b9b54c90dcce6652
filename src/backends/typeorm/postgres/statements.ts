import type { ClearingByBatches, Dialect, OnLive, SqlCommand, StateRow } from '../dialect/dialect.js';
import { standardStatements } from '../dialect/standard-statements.js';
import { affectedAnyRow, affectedRows, columnValue, type SqlValue, storedValue } from '../dialect/typeorm-types.js';
import {
  createSyntax,
  deadlineIn,
  IS_LIVE,
  nameOf,
  newDeadline,
  NOW,
  type PostgresTables,
  STORED_IS_EXPIRED,
} from './fragments.js';

type PostgresStatements = Omit<Dialect, 'createSchema' | 'verifyTable' | 'increment'>;

/** The commands of Postgres. */
export function createStatements(tables: PostgresTables): PostgresStatements {
  return {
    ...standardStatements(createSyntax(tables)),
    readMany: createReadMany(tables),
    readBytes: undefined,
    write: { replace: createWrite('replace', tables), keep: createWrite('keep', tables) },
    insertIfAbsent: createInsertIfAbsent(tables),
    clearing: { by: 'batches', batch: createClearBatch(tables) },
    sweepBatch: createSweepBatch(tables),
    ping: createPing(tables),
  };
}

/** Finds all states in one pass over the primary key. */
function createReadMany({ state }: PostgresTables): Dialect['readMany'] {
  const sql = `SELECT identifier, state_json FROM ${state}
    WHERE namespace = $1 AND identifier = ANY (ARRAY(SELECT json_array_elements_text($2::json))) AND ${IS_LIVE}`;
  return {
    single: ({ namespace, identifiers }) => ({
      sql,
      parameters: [namespace, JSON.stringify(identifiers)],
      read: ({ records }) => {
        const states = new Map(records.map((row) => [columnValue(row, 'identifier'), storedValue(row, 'state_json')]));
        return identifiers.map((identifier) => (states.has(identifier) ? states.get(identifier) : null));
      },
    }),
  };
}

function createWrite(onLive: OnLive, { state }: PostgresTables): SqlCommand<StateRow, void> {
  const sql = upsertSql(state, newDeadline(onLive));
  const name = nameOf(sql);
  return { single: (row) => ({ sql, name, parameters: parametersOf(row), read: () => undefined }) };
}

/**
 * Of several callers that find the same expired row, the first writes it; the others, which wait for its lock, then see a
 * live row.
 */
function createInsertIfAbsent({ state }: PostgresTables): SqlCommand<StateRow, boolean> {
  const sql = `${upsertSql(state, 'excluded.expires_at')} WHERE ${STORED_IS_EXPIRED}`;
  const name = nameOf(sql);
  return { single: (row) => ({ sql, name, parameters: parametersOf(row), read: affectedAnyRow }) };
}

function upsertSql(table: string, deadline: string): string {
  return `INSERT INTO ${table} AS stored (namespace, identifier, state_json, expires_at)
    VALUES ($1, $2, $3, ${deadlineIn('$4')})
    ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at = ${deadline}`;
}

function parametersOf({ key, state, ttlMs }: StateRow): SqlValue[] {
  return [key.namespace, key.identifier, state, ttlMs];
}

/**
 * Removes the first rows of a namespace. It counts the rows that it found apart from those it removed: if two callers
 * clear at once, one finds rows that are gone when it reaches them, and must not conclude that the namespace is empty.
 */
function createClearBatch(tables: PostgresTables): ClearingByBatches['batch'] {
  const statements = { state: clearSql(tables.state), counter: clearSql(tables.counter) };
  return {
    single: ({ namespace, kind, limit }) => ({
      sql: statements[kind],
      parameters: [namespace, limit],
      read: ({ records }) => ({
        found: Number(columnValue(records[0], 'found')),
        live: Number(columnValue(records[0], 'live')),
      }),
    }),
  };
}

function clearSql(table: string): string {
  return `WITH page AS MATERIALIZED
      (SELECT identifier FROM ${table} WHERE namespace = $1 ORDER BY identifier LIMIT $2),
    removed AS
      (DELETE FROM ${table} WHERE namespace = $1 AND identifier IN (SELECT identifier FROM page)
      RETURNING ${IS_LIVE} AS is_live)
    SELECT (SELECT count(*) FROM page)::text AS found, (count(*) FILTER (WHERE is_live))::text AS live FROM removed`;
}

/**
 * Removes expired rows of any namespace. It skips locked rows: a concurrent sweep removes others, and a concurrent write
 * makes its row live. The ARRAY is computed once; Postgres does not guarantee that for a plain subquery.
 *
 * `+ 0` keeps the second check of the rows from using the index. While the statistics do not yet know that many rows have
 * expired, the server would use the index there, and read all expired rows for each batch instead of those it found.
 */
function createSweepBatch(tables: PostgresTables): Dialect['sweepBatch'] {
  const statements = { state: sweepSql(tables.state), counter: sweepSql(tables.counter) };
  return { single: ({ kind, limit }) => ({ sql: statements[kind], parameters: [limit], read: affectedRows }) };
}

function sweepSql(table: string): string {
  return `DELETE FROM ${table} WHERE expires_at + 0 <= ${NOW} AND ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE expires_at <= ${NOW} ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))`;
}

/**
 * A write of every kind that changes nothing, as no identifier is empty: it meets what another write would meet, such as a
 * missing table or privilege, a policy, or a server that is read-only. It locks no row and uses no transaction id.
 */
function createPing({ state, counter }: PostgresTables): Dialect['ping'] {
  const row = "namespace = '' AND identifier = ''";
  const sql = `WITH
      inserted_state AS (INSERT INTO ${state} (namespace, identifier, state_json, expires_at)
        SELECT '', '', '', NULL::bigint WHERE false),
      updated_state AS (UPDATE ${state} SET state_json = state_json, expires_at = NULL WHERE ${row}),
      deleted_state AS (DELETE FROM ${state} WHERE ${row}),
      inserted_counter AS (INSERT INTO ${counter} (namespace, identifier, value, expires_at)
        SELECT '', '', 0, NULL::bigint WHERE false),
      updated_counter AS (UPDATE ${counter} SET value = value, expires_at = NULL WHERE ${row}),
      deleted_counter AS (DELETE FROM ${counter} WHERE ${row})
    SELECT FROM ${state} WHERE ${row}`;
  return { single: () => ({ sql, parameters: [], read: () => undefined }) };
}
