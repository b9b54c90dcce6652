import type { EntryKind } from '../../../contract/storage-driver.js';
import type { ClearBatchRow, ClearedBatch, SweepBatchRow, Verb } from '../dialect/dialect.js';
import { IS_LIVE, NOW, type PostgresTables } from './fragments.js';
import { columnValue } from '../dialect/result-row.js';

/**
 * Removes the first rows of a namespace. How many there were is counted apart from how many were removed: of two who
 * clear at once, one finds rows that are gone when it comes to them, and must not take that for the end.
 */
export function clearingBatch(tables: PostgresTables): Verb<ClearBatchRow, ClearedBatch> {
  const statements = { state: clearSql(tables.state), counter: clearSql(tables.counter) };
  return {
    alone: ({ namespace, kind, limit }) => ({
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
 * Removes expired rows of any namespace. Rows that somebody else has locked are passed over: who sweeps at the same time
 * takes others, and who is just writing one makes it live. The ARRAY is made once, which a plain subquery is not bound to.
 *
 * `+ 0` keeps the index from what looks at the rows once more: where the statistics do not know yet that many have expired,
 * the server would take it there and go through all of them for each batch, and not straight to those it found.
 */
export function sweepingBatch(tables: PostgresTables): Verb<SweepBatchRow, number> {
  const statements: Record<EntryKind, string> = { state: sweepSql(tables.state), counter: sweepSql(tables.counter) };
  return {
    alone: ({ kind, limit }) => ({
      sql: statements[kind],
      parameters: [limit],
      read: ({ affected }) => affected ?? 0,
    }),
  };
}

function sweepSql(table: string): string {
  return `DELETE FROM ${table} WHERE expires_at + 0 <= ${NOW} AND ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE expires_at <= ${NOW} ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))`;
}
