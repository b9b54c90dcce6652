import type { StorageKey } from '../../../contract/storage-driver.js';
import type { KeyRow, OnLive } from '../dialect/dialect.js';
import { isLiveSql, type SqlSyntax, TABLES, VALUE_COLUMNS } from '../dialect/standard-statements.js';
import { affectedAnyRow, columnValue, type SqlValue, storedValue } from '../dialect/typeorm-types.js';

/** Parameter: now. */
export const IS_LIVE = isLiveSql('?');

/** Identifies each row that a statement changed. */
export const RETURNING_KEY = 'RETURNING namespace, identifier';

export const SYNTAX: SqlSyntax = {
  tables: TABLES,
  placeholder: () => '?',
  clock: 'process',
  now: '?',
  deadline: (placeholder) => placeholder,
  selectedValues: VALUE_COLUMNS,
  readValue: {
    state: (row) => storedValue(row, VALUE_COLUMNS.state),
    counter: (row) => storedValue(row, VALUE_COLUMNS.counter),
  },
  selectedTtl: 'expires_at AS ttl',
  // Anything but a number, written by another program, compares above every number: it never expires.
  readTtl: (expiresAt, now) => (typeof expiresAt === 'number' ? Math.ceil(expiresAt - now) : null),
  matchedAnyRow: affectedAnyRow,
};

/** The deadline that an upsert gives to an existing row, and the parameters of this fragment. */
export function newDeadline(table: string, onLive: OnLive): { sql: string; parameters: (now: number) => SqlValue[] } {
  if (onLive === 'replace') return { sql: 'excluded.expires_at', parameters: () => [] };
  return {
    sql: `CASE WHEN ${table}.expires_at <= ? THEN excluded.expires_at ELSE ${table}.expires_at END`,
    parameters: (now) => [now],
  };
}

/**
 * The record that a statement returned for each row; undefined: none. SQLite returns records in the order of the rows,
 * but does not promise it.
 */
export function matchByKey(rows: readonly KeyRow[], records: readonly unknown[]): readonly unknown[] {
  let next = 0;
  const inOrder = rows.map(({ key }) => {
    const record = records[next];
    if (!isAt(key, record)) return undefined;
    next += 1;
    return record;
  });
  if (next === records.length) return inOrder;
  const found = new Map(
    records.map((record) => [toText(columnValue(record, 'namespace'), columnValue(record, 'identifier')), record]),
  );
  return rows.map(({ key }) => found.get(toText(key.namespace, key.identifier)));
}

function isAt(key: StorageKey, record: unknown): boolean {
  return columnValue(record, 'identifier') === key.identifier && columnValue(record, 'namespace') === key.namespace;
}

function toText(namespace: unknown, identifier: unknown): string {
  return `${String(namespace)}:${String(identifier)}`;
}

/** A statement over many rows. */
interface ManyRowsSettings<Row> {
  /** The values of a row, one per column. The first column is never null. */
  readonly valuesOf: (row: Row) => readonly SqlValue[];
  readonly columns: number;
  /** @param rows - a table with the columns `column1`, `column2` and so on */
  readonly toSql: (rows: string) => string;
}

/**
 * Many rows in one statement, with each value as a parameter. Passing the rows as one JSON text takes half as long again,
 * because SQLite would parse each row once for each of its values.
 *
 * A driver finds a prepared statement by its text, so there is one text for each power of two. Missing rows are filled
 * up with NULLs, which the table leaves out.
 */
export class ManyRowsSql<Row> {
  readonly #settings: ManyRowsSettings<Row>;
  readonly #textBySize = new Map<number, string>();

  constructor(settings: ManyRowsSettings<Row>) {
    this.#settings = settings;
  }

  /** @param after - the parameters that follow the rows in the text */
  bind(rows: readonly Row[], after: readonly SqlValue[]): { sql: string; parameters: SqlValue[] } {
    const { columns, valuesOf } = this.#settings;
    const size = 2 ** Math.ceil(Math.log2(rows.length));
    const parameters: SqlValue[] = [];
    for (const row of rows) parameters.push(...valuesOf(row));
    while (parameters.length < size * columns) parameters.push(null);
    parameters.push(...after);
    return { sql: this.#textFor(size), parameters };
  }

  #textFor(size: number): string {
    const known = this.#textBySize.get(size);
    if (known !== undefined) return known;
    const { columns, toSql } = this.#settings;
    const row = `(${repeated('?', columns)})`;
    const text = toSql(`(SELECT * FROM (VALUES ${repeated(row, size)}) WHERE column1 IS NOT NULL)`);
    this.#textBySize.set(size, text);
    return text;
  }
}

function repeated(text: string, count: number): string {
  return Array.from({ length: count }, () => text).join(',');
}
