import { type AmountRow, type OnLive, RETRY_SINGLY, type SqlCommand } from '../dialect/dialect.js';
import { columnValue, type SqlValue, type StatementResult } from '../dialect/typeorm-types.js';
import { ManyRowsSql, matchByKey, newDeadline, RETURNING_KEY } from './fragments.js';
import { isExpired } from './statements.js';

const SAFE = `BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;

/** As many merged amounts as one statement can hold still add up to a safe integer. */
const LARGEST_MERGED = 2 ** 40;

/**
 * Adds to counters. The guard is in the WHERE clause, so that a total out of range changes nothing; every expression
 * reads the old row.
 *
 * Amounts for one key in one statement are merged. They must all have the same sign: then the total of each caller is
 * between the old total and the new one, and if both are in range, no caller alone would have been rejected.
 */
export function createIncrement(onLive: OnLive): SqlCommand<AmountRow, number | null> {
  const single = `${incrementSql('VALUES (?, ?, ?, ?)', onLive, '')} RETURNING value`;
  const guard = `AND fsm_counter.value ${SAFE}`;
  const batch = new ManyRowsSql<AmountRow>({
    columns: 4,
    valuesOf: ({ key, amount, expiresAt }) => [key.namespace, key.identifier, amount, expiresAt],
    toSql: (rows) => `${incrementSql(`SELECT * FROM ${rows} WHERE true`, onLive, guard)} ${RETURNING_KEY}, value`,
  });
  const deadline = newDeadline('fsm_counter', onLive);
  const clockParameters = (now: number): SqlValue[] => [now, ...deadline.parameters(now), now];
  return {
    single: ({ key, amount, expiresAt }, now) => ({
      sql: single,
      parameters: [key.namespace, key.identifier, amount, expiresAt, ...clockParameters(now)],
      read: ({ records }: StatementResult) => toTotal(records[0]),
    }),
    batch: {
      statement: (rows, now) => ({
        ...batch.bind(rows, clockParameters(now)),
        read: ({ records }) => matchByKey(rows, records).map(toTotal),
      }),
      keyOf: ({ key }) => key,
      lengthOf: () => 0,
      merge: (earlier, later, now) => merge(onLive, earlier, later, now),
      resultOf: (total, merged, upTo) => (total === null ? RETRY_SINGLY : total - (merged.amount - upTo.amount)),
    },
  };
}

function merge(onLive: OnLive, earlier: AmountRow, later: AmountRow, now: number): AmountRow | undefined {
  const amount = earlier.amount + later.amount;
  const hasOneSign = earlier.amount < 0 === later.amount < 0;
  if (!hasOneSign || Math.abs(amount) > LARGEST_MERGED || isExpired(earlier, now)) return undefined;
  return { ...(onLive === 'keep' ? earlier : later), amount };
}

/** @param guard - a further condition for adding to a live total */
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
