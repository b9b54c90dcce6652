import type { SqlValue, StatementResult } from '../dialect/typeorm-types.js';
import { type AmountRow, ASK_ALONE, type OnLive, type Verb } from '../dialect/dialect.js';
import { isExpired } from './statements.js';
import { RowsSql } from './row-values.js';
import { columnValue } from '../dialect/result-row.js';
import { matchByKey, newDeadline, RETURNING_KEY } from './fragments.js';

const SAFE = `BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;

/** The sum of as many as one statement can hold is still a safe integer. */
const LARGEST_MERGED = 2 ** 40;

/**
 * Adds to counters. The guard is in the WHERE, so that a total out of range changes nothing; every expression sees the
 * old row.
 *
 * Those on one key in one statement are added up. They must be all of one sign: between the old total and the new one
 * then lie the totals of all, and where both are in range no caller alone would have been refused.
 */
export function incrementing(onLive: OnLive): Verb<AmountRow, number | null> {
  const alone = `${incrementSql('VALUES (?, ?, ?, ?)', onLive, '')} RETURNING value`;
  const guard = `AND fsm_counter.value ${SAFE}`;
  const together = new RowsSql<AmountRow>({
    columns: 4,
    valuesOf: ({ key, amount, expiresAt }) => [key.namespace, key.identifier, amount, expiresAt],
    toSql: (rows) => `${incrementSql(`SELECT * FROM ${rows} WHERE true`, onLive, guard)} ${RETURNING_KEY}, value`,
  });
  const deadline = newDeadline('fsm_counter', onLive);
  const moments = (now: number): SqlValue[] => [now, ...deadline.parameters(now), now];
  return {
    alone: ({ key, amount, expiresAt }, now) => ({
      sql: alone,
      parameters: [key.namespace, key.identifier, amount, expiresAt, ...moments(now)],
      read: ({ records }: StatementResult) => toTotal(records[0]),
    }),
    shared: {
      together: (rows, now) => ({
        ...together.bind(rows, moments(now)),
        read: ({ records }) => matchByKey(rows, records).map(toTotal),
      }),
      keyOf: ({ key }) => key,
      lengthOf: () => 0,
      merge: (earlier, later, now) => merge(onLive, earlier, later, now),
      answerOf: (total, merged, upTo) => (total === null ? ASK_ALONE : total - (merged.amount - upTo.amount)),
    },
  };
}

function merge(onLive: OnLive, earlier: AmountRow, later: AmountRow, now: number): AmountRow | undefined {
  const amount = earlier.amount + later.amount;
  const isOneWay = earlier.amount < 0 === later.amount < 0 && Math.abs(amount) <= LARGEST_MERGED;
  if (!isOneWay || isExpired(earlier, now)) return undefined;
  return { ...(onLive === 'keep' ? earlier : later), amount };
}

/** @param guard - what else must hold of a total that is added to */
function incrementSql(source: string, onLive: OnLive, guard: string): string {
  return `
    INSERT INTO fsm_counter (namespace, identifier, value, expires_at) ${source}
    ON CONFLICT (namespace, identifier) DO UPDATE SET
      value = CASE WHEN fsm_counter.expires_at IS NULL OR fsm_counter.expires_at > ?
        THEN fsm_counter.value + excluded.value ELSE excluded.value END,
      expires_at = ${newDeadline('fsm_counter', onLive).sql}
    WHERE fsm_counter.expires_at <= ? OR (typeof(fsm_counter.value) = 'integer'
      AND fsm_counter.value + excluded.value ${SAFE} ${guard})`;
}

function toTotal(row: unknown): number | null {
  const total = columnValue(row, 'value');
  return typeof total === 'number' ? total : null;
}
