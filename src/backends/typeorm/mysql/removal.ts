import type { EntryKind } from '../../../contract/storage-driver.js';
import type { ClearingByBatches, ClearingByPages, ClearPageRow, SweepBatchRow, Verb } from '../dialect/dialect.js';
import { isLive } from './statements.js';
import { IS_EXPIRED, IS_LIVE, NOW_MS } from './fragments.js';
import { columnValue, TABLES } from '../dialect/result-row.js';

/** MariaDB tells of each row it removed whether it was live. */
export const clearReturning: ClearingByBatches = {
  by: 'batches',
  batch: {
    alone: ({ namespace, kind, limit }) => ({
      sql: `DELETE FROM ${TABLES[kind]} WHERE namespace = ? LIMIT ? RETURNING ${IS_LIVE} AS is_live`,
      parameters: [namespace, limit],
      read: ({ records }) => ({ found: records.length, live: records.filter(isLive).length }),
    }),
  },
};

/**
 * MySQL tells only how many rows it removed. A page ends where its last row was when it was looked up, not where no more
 * rows are found: others may sweep, clear and write meanwhile. By the index on deadlines, which the server may prefer, each
 * page would read all rows.
 */
export const clearByPages: ClearingByPages = {
  by: 'pages',
  nextPage: {
    alone: ({ namespace, kind, start, limit }) => ({
      sql: `SELECT identifier FROM ${TABLES[kind]} FORCE INDEX (PRIMARY) WHERE namespace = ? AND identifier >= ?
        ORDER BY identifier LIMIT 1 OFFSET ?`,
      parameters: [namespace, start, limit],
      read: ({ records }) => (records.length === 0 ? null : String(columnValue(records[0], 'identifier'))),
    }),
  },
  removeLive: removingWhere(IS_LIVE),
  removeExpired: removingWhere(IS_EXPIRED),
};

function removingWhere(condition: string): Verb<ClearPageRow, number> {
  return {
    alone: ({ namespace, kind, start, end }) => ({
      sql: `DELETE entry FROM ${TABLES[kind]} AS entry FORCE INDEX (PRIMARY)
        WHERE namespace = ? AND identifier >= ?${end === null ? '' : ' AND identifier < ?'}
        AND ${condition}`,
      parameters: [namespace, start, ...(end === null ? [] : [end])],
      read: ({ affected = 0 }) => affected,
    }),
  };
}

const SWEEP = { state: sweepSql('state'), counter: sweepSql('counter') };

/**
 * Rows that somebody has locked are passed over: two processes that sweep share the work and never wait for each other
 * or for a writer. The deadline is asked for again, of the row as it is once it is locked.
 */
function sweepSql(kind: EntryKind): string {
  return `DELETE entry FROM ${TABLES[kind]} AS entry
    JOIN (SELECT namespace, identifier FROM ${TABLES[kind]}
      WHERE ${IS_EXPIRED} LIMIT ? FOR UPDATE SKIP LOCKED) AS expired USING (namespace, identifier)
    WHERE entry.expires_at <= ${NOW_MS}`;
}

/** Removes expired rows of any namespace. */
export const sweepBatch: Verb<SweepBatchRow, number> = {
  alone: ({ kind, limit }) => ({
    sql: SWEEP[kind],
    parameters: [limit],
    read: ({ affected = 0 }) => affected,
  }),
};
