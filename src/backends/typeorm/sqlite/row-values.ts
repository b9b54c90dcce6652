import type { SqlValue } from '../dialect/typeorm-types.js';

/** A statement over many rows, and how it is written. */
export interface RowsSqlSettings<Row> {
  /** What is bound for a row, as many values as there are columns; none of the first column is null. */
  readonly valuesOf: (row: Row) => readonly SqlValue[];
  readonly columns: number;
  /** @param rows - a table whose columns are `column1`, `column2` and so on */
  readonly toSql: (rows: string) => string;
}

/**
 * Many rows in one statement, each value a parameter of its own: as one JSON text, SQLite would take every row apart
 * once for each of its values, which takes half as long again.
 *
 * A driver finds a prepared statement by its text, so there is one text for each power of two. What is short of it is
 * filled up with NULLs, which the table leaves out.
 */
export class RowsSql<Row> {
  readonly #settings: RowsSqlSettings<Row>;
  readonly #textBySize = new Map<number, string>();

  constructor(settings: RowsSqlSettings<Row>) {
    this.#settings = settings;
  }

  /** @param after - the parameters that stand behind the rows in the text */
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
    const row = `(${placeholders('?', columns)})`;
    const text = toSql(`(SELECT * FROM (VALUES ${placeholders(row, size)}) WHERE column1 IS NOT NULL)`);
    this.#textBySize.set(size, text);
    return text;
  }
}

function placeholders(placeholder: string, count: number): string {
  return Array.from({ length: count }, () => placeholder).join(',');
}
