import type { SqlValue, StatementResult } from '../dialect/typeorm-types.js';
import type { ExpiryRow, KeyRow } from '../dialect/dialect.js';
import { columnValue } from '../dialect/result-row.js';

/**
 * The server's clock in whole epoch milliseconds. Every place in one statement tells the same moment, and the session's
 * time zone has no say: UNIX_TIMESTAMP(NOW(3)) would repeat an hour when summer ends.
 */
export const NOW_MS = "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000)";

/** The row of a key; see `keyOf`. */
export const AT_KEY = 'namespace = ? AND identifier = ?';

export const IS_LIVE = `(expires_at IS NULL OR expires_at > ${NOW_MS})`;

export const IS_EXPIRED = `expires_at <= ${NOW_MS}`;

/** A new deadline: one parameter, the ttl in milliseconds; NULL never expires. */
export const DEADLINE = `${NOW_MS} + ?`;

/** What an upsert makes of the deadline of a row that is there already. */
export const NEW_DEADLINE = {
  replace: 'VALUES(expires_at)',
  keep: `IF(${IS_EXPIRED}, VALUES(expires_at), expires_at)`,
} as const;

/** The parameters of `AT_KEY`. */
export function keyOf({ key }: KeyRow): [string, string] {
  return [key.namespace, key.identifier];
}

/** The parameters of a row to insert: its key, what it holds, and its deadline. */
export function rowOf(row: ExpiryRow, value: SqlValue): SqlValue[] {
  return [...keyOf(row), value, row.ttlMs];
}

/**
 * Whether an UPDATE found a row. It may have found it with what was to be written: a connection without the flag
 * FOUND_ROWS does not count that row as affected, but the reply tells "Rows matched: 1  Changed: 0".
 */
export function matchedARow({ affected, raw }: StatementResult): boolean {
  const matched = /\d+/.exec(String(columnValue(raw, 'info')))?.[0] ?? affected;
  return Number(matched) > 0;
}

/**
 * What LAST_INSERT_ID(x) was given in a statement, which its reply carries; '0': nothing. As text, because it may be
 * more than a number can hold.
 */
export function lastInsertId({ raw }: StatementResult): string {
  const value = columnValue(raw, 'insertId');
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '0';
}

/** A BIGINT, which a driver may give as text; undefined: it is no safe integer. */
export function toSafeInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** What tells the server's number of an error, such as 1213; 0: it is not the server's. */
export function serverErrorOf(error: unknown): number {
  const number = columnValue(error, 'errno');
  return typeof number === 'number' && number > 0 ? number : 0;
}
