import type { EntryKind } from '../../../contract/storage-driver.js';
import type { ExpiryRow } from '../dialect/dialect.js';
import { isLiveSql, type SqlSyntax, TABLES, VALUE_COLUMNS } from '../dialect/standard-statements.js';
import { columnValue, type SqlValue, type StatementResult, storedValue } from '../dialect/typeorm-types.js';

/** The names of the tables in statements. */
export type MysqlTables = Readonly<Record<EntryKind, string>>;

/** @param database - undefined: the tables are in the session's database */
export function tablesIn(database: string | undefined): MysqlTables {
  const prefix = databasePrefix(database);
  return { state: `${prefix}${TABLES.state}`, counter: `${prefix}${TABLES.counter}` };
}

/** The quoted database with its dot, or nothing. */
export function databasePrefix(database: string | undefined): string {
  return database === undefined ? '' : `\`${database.replaceAll('`', '``')}\`.`;
}

/**
 * The server's clock in whole epoch milliseconds. It has the same value everywhere in one statement, and does not depend on
 * the session's time zone: UNIX_TIMESTAMP(NOW(3)) would repeat an hour when daylight saving time ends.
 */
export const NOW = "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000)";

export const IS_LIVE = isLiveSql(NOW);

export const IS_EXPIRED = `expires_at <= ${NOW}`;

/** A new deadline: one parameter, the ttl in milliseconds; NULL never expires. */
export const DEADLINE = `${NOW} + ?`;

/** The deadline that an upsert gives to an existing row. */
export const NEW_DEADLINE = {
  replace: 'VALUES(expires_at)',
  keep: `IF(${IS_EXPIRED}, VALUES(expires_at), expires_at)`,
} as const;

/** A column of texts, as bytes: the session cannot convert them to another character set. */
export function bytesOf(column: string): string {
  return `CAST(${column} AS BINARY)`;
}

/** A text of a column selected by {@link bytesOf}; undefined: NULL. */
export function textValue(row: unknown, name: string): unknown {
  const value = storedValue(row, name);
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length).toString() : value;
}

export function syntaxOf(tables: MysqlTables): SqlSyntax {
  return {
    tables,
    placeholder: () => '?',
    clock: 'server',
    now: NOW,
    deadline: () => DEADLINE,
    selectedValues: {
      state: `${bytesOf(VALUE_COLUMNS.state)} AS ${VALUE_COLUMNS.state}`,
      counter: VALUE_COLUMNS.counter,
    },
    readValue: {
      state: (row) => textValue(row, VALUE_COLUMNS.state),
      counter: (row) => toSafeInteger(storedValue(row, VALUE_COLUMNS.counter)),
    },
    selectedTtl: `expires_at - ${NOW} AS ttl`,
    readTtl: (ttl) => toSafeInteger(ttl) ?? null,
    matchedAnyRow,
  };
}

/** The parameters of a row to insert: its key, its value and its ttl. */
export function rowParameters({ key, ttlMs }: ExpiryRow, value: SqlValue): SqlValue[] {
  return [key.namespace, key.identifier, value, ttlMs];
}

/**
 * Whether an UPDATE found its row. If the row already held the new values, a connection without the flag FOUND_ROWS does
 * not count it as affected, but the reply still says "Rows matched: 1  Changed: 0".
 */
function matchedAnyRow({ affected, raw }: StatementResult): boolean {
  const matched = /\d+/.exec(String(columnValue(raw, 'info')))?.[0] ?? affected;
  return Number(matched) > 0;
}

/**
 * The argument of LAST_INSERT_ID(x) in a statement, which the reply contains; '0': it was not evaluated. As text, because
 * it may be larger than a number can represent.
 */
export function lastInsertId({ raw }: StatementResult): string {
  const value = columnValue(raw, 'insertId');
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '0';
}

/** A BIGINT, which a driver may return as text; undefined: not a safe integer. */
function toSafeInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** In the status of a reply: SERVER_STATUS_IN_TRANS. */
const IN_TRANSACTION = 1;

/** In the rows that a statement of MariaDB returns, whose reply has no status. */
export const IS_UNCOMMITTED = 'NOT @@autocommit OR @@in_transaction AS is_uncommitted';

/** Whether a statement's changes wait for a commit that is never sent. */
export function isUncommitted({ records, raw }: StatementResult): boolean {
  const status = Number(columnValue(raw, 'serverStatus') ?? 0);
  return (status & IN_TRANSACTION) !== 0 || Number(columnValue(records[0], 'is_uncommitted') ?? 0) === 1;
}
