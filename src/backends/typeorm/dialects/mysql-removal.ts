import type { EntryKind } from '../../../contract/storage-driver.js';
import type { ClearedBatch, ClearBatchRow, SweepBatchRow, Verb } from './dialect.js';
import { isLive } from './mysql-reads.js';
import { IS_EXPIRED, IS_LIVE, NOW_MS } from './mysql-words.js';
import { TABLES } from './tables.js';

/** MariaDB tells of each row it removed whether it was live. */
export const clearReturning: readonly Verb<ClearBatchRow, ClearedBatch>[] = [
  {
    alone: ({ namespace, kind, limit }) => ({
      sql: `DELETE FROM ${TABLES[kind]} WHERE namespace = ? LIMIT ? RETURNING ${IS_LIVE} AS is_live`,
      parameters: [namespace, limit],
      read: ({ records }) => ({ found: records.length, live: records.filter(isLive).length }),
    }),
  },
];

/** MySQL tells only how many rows it removed: of the next ones the live go first, then the expired. */
export const clearInTwoSteps: readonly Verb<ClearBatchRow, ClearedBatch>[] = [
  clearing(IS_LIVE, (removed) => removed),
  clearing(IS_EXPIRED, () => 0),
];

/**
 * Of the first rows by the primary key alone: a LIMIT on what the condition picks would, batch after batch, walk past all
 * that it does not pick. They are locked as they are looked up, so that none is missing because somebody else who clears
 * was faster.
 */
function clearing(condition: string, toLive: (removed: number) => number): Verb<ClearBatchRow, ClearedBatch> {
  return {
    alone: ({ namespace, kind, limit }) => ({
      sql: `DELETE entry FROM ${TABLES[kind]} AS entry
        JOIN (SELECT namespace, identifier FROM ${TABLES[kind]}
          WHERE namespace = ? ORDER BY identifier LIMIT ? FOR UPDATE) AS next USING (namespace, identifier)
        WHERE ${condition}`,
      parameters: [namespace, limit],
      read: ({ affected = 0 }) => ({ found: affected, live: toLive(affected) }),
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
