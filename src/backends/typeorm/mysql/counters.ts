import type { StatementResult } from '../dialect/typeorm-types.js';
import { unwrapQueryError } from '../../../toolkit/properties.js';
import type { AmountRow, OnLive, Verb } from '../dialect/dialect.js';
import { DEADLINE, IS_EXPIRED, lastInsertId, NEW_DEADLINE, rowOf, serverErrorOf } from './fragments.js';

/** LAST_INSERT_ID is unsigned: moved by this much, every total is above 0. */
const OFFSET = 2n ** 53n;

/** ER_DATA_OUT_OF_RANGE: a sum that no BIGINT can hold. */
const OUT_OF_RANGE = 1690;

const SAFE = `BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;

/**
 * Adds to a counter in one statement. Neither MySQL nor MariaDB can return what an upsert wrote, but the argument of
 * LAST_INSERT_ID comes back in the reply to the very statement, whoever else counts meanwhile.
 *
 * An upsert has no WHERE: a total out of range makes it add up what no BIGINT holds, which fails it, under any
 * `sql_mode`, with the row as it was. The assignments run from left to right, so the total, which asks for the old
 * deadline, stands before the new one.
 */
export function incrementing(onLive: OnLive): Verb<AmountRow, number | null> {
  const sql = `INSERT INTO fsm_counter (namespace, identifier, value, expires_at)
    VALUES (?, ?, ${telling('?')}, ${DEADLINE})
    ON DUPLICATE KEY UPDATE
      value = CASE WHEN ${IS_EXPIRED} THEN ${telling('VALUES(value)')}
        WHEN value + VALUES(value) ${SAFE} THEN ${telling('value + VALUES(value)')}
        ELSE value * 0 + 9223372036854775807 + 1 END,
      expires_at = ${NEW_DEADLINE[onLive]}`;
  return {
    alone: (row) => ({
      sql,
      parameters: rowOf(row, row.amount),
      read: toTotal,
      readFailure: (error) => (serverErrorOf(unwrapQueryError(error)) === OUT_OF_RANGE ? null : undefined),
    }),
  };
}

/** The value of an expression, which the reply then tells. */
function telling(expression: string): string {
  return `CAST(LAST_INSERT_ID(${expression} + ${OFFSET}) AS SIGNED) - ${OFFSET}`;
}

function toTotal(result: StatementResult): number {
  return Number(BigInt(lastInsertId(result)) - OFFSET);
}
