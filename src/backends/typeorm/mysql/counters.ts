import { unwrapQueryError } from '../../../toolkit/properties.js';
import type { AmountRow, OnLive, SqlCommand } from '../dialect/dialect.js';
import type { StatementResult } from '../dialect/typeorm-types.js';
import { serverErrorNumber } from './errors.js';
import { DEADLINE, IS_EXPIRED, lastInsertId, NEW_DEADLINE, rowParameters } from './fragments.js';

/** LAST_INSERT_ID is unsigned: shifted by this offset, every total is above 0. */
const OFFSET = 2n ** 53n;

/** ER_DATA_OUT_OF_RANGE: a sum that does not fit into a BIGINT. */
const OUT_OF_RANGE = 1690;

const SAFE = `BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;

/**
 * Adds to a counter in one statement. Neither MySQL nor MariaDB can return what an upsert wrote, but the argument of
 * LAST_INSERT_ID comes back in the reply to this very statement, whatever other callers count meanwhile.
 *
 * An upsert has no WHERE clause: for a total out of range it computes a sum that does not fit into a BIGINT, which fails
 * under any `sql_mode` and leaves the row unchanged. Assignments are evaluated from left to right, so the total, which
 * depends on the old deadline, comes before the new deadline.
 */
export function createIncrement(table: string, onLive: OnLive): SqlCommand<AmountRow, number | null> {
  const sql = `INSERT INTO ${table} (namespace, identifier, value, expires_at)
    VALUES (?, ?, ${returned('?')}, ${DEADLINE})
    ON DUPLICATE KEY UPDATE
      value = CASE WHEN ${IS_EXPIRED} THEN ${returned('VALUES(value)')}
        WHEN value + VALUES(value) ${SAFE} THEN ${returned('value + VALUES(value)')}
        ELSE value * 0 + 9223372036854775807 + 1 END,
      expires_at = ${NEW_DEADLINE[onLive]}`;
  return {
    single: (row) => ({
      sql,
      parameters: rowParameters(row, row.amount),
      read: toTotal,
      readFailure: (error) => (serverErrorNumber(unwrapQueryError(error)) === OUT_OF_RANGE ? null : undefined),
    }),
  };
}

/** The value of an expression, which the reply then contains. */
function returned(expression: string): string {
  return `CAST(LAST_INSERT_ID(${expression} + ${OFFSET}) AS SIGNED) - ${OFFSET}`;
}

function toTotal(result: StatementResult): number {
  return Number(BigInt(lastInsertId(result)) - OFFSET);
}
