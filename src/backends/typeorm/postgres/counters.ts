import type { AmountRow, OnLive, SqlCommand } from '../dialect/dialect.js';
import { columnValue } from '../dialect/typeorm-types.js';
import { deadlineIn, nameOf, newDeadline, type PostgresTables, STORED_IS_EXPIRED, toInteger } from './fragments.js';

/**
 * Adds to a counter. The guard is in the WHERE clause, so that a total out of range changes nothing. It moves the bounds
 * by the amount instead of computing the total, which could overflow: another program may have stored a value near the
 * ends of bigint.
 */
export function createIncrement(onLive: OnLive, { counter }: PostgresTables): SqlCommand<AmountRow, number | null> {
  const sql = `INSERT INTO ${counter} AS stored (namespace, identifier, value, expires_at)
    VALUES ($1, $2, $3::bigint, ${deadlineIn('$4')})
    ON CONFLICT (namespace, identifier) DO UPDATE SET
      value = CASE WHEN ${STORED_IS_EXPIRED} THEN excluded.value ELSE stored.value + excluded.value END,
      expires_at = ${newDeadline(onLive)}
    WHERE ${STORED_IS_EXPIRED} OR stored.value
      BETWEEN ${Number.MIN_SAFE_INTEGER} - excluded.value AND ${Number.MAX_SAFE_INTEGER} - excluded.value
    RETURNING stored.value::text AS total`;
  const name = nameOf(sql);
  return {
    single: ({ key, amount, ttlMs }) => ({
      sql,
      name,
      parameters: [key.namespace, key.identifier, amount, ttlMs],
      read: ({ records }) => toInteger(columnValue(records[0], 'total')),
    }),
  };
}
