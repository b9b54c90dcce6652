import type { EntryKind } from '../../../contract/storage-driver.js';
import type { Verb } from '../dialect/dialect.js';
import { columnValue, TABLES, VALUE_COLUMNS } from '../dialect/result-row.js';

/**
 * Rows of kind `column` tell a column, its collation and its length; rows of kind `index` one column of an index, its
 * place in it, and of how much of it if not of all.
 */
const DESCRIBE_TABLE = `
  SELECT 'column' AS kind, COLUMN_NAME AS name, COLLATION_NAME AS collation_name, NULL AS index_name, NULL AS place,
      CHARACTER_MAXIMUM_LENGTH AS length
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
  UNION ALL
  SELECT 'index', COLUMN_NAME, NULL, INDEX_NAME, SEQ_IN_INDEX, SUB_PART
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
  UNION ALL
  SELECT 'engine', ENGINE, NULL, NULL, NULL, NULL
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`;

/** They compare byte by byte, and a space at the end counts: utf8mb4_bin, which pads with spaces, is none of them. */
const EXACT_COLLATIONS: readonly unknown[] = ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin'];
const COLLATIONS = EXACT_COLLATIONS.join(' or ');

/** How many characters a column must hold, so that none is cut off where the `sql_mode` is not strict. */
const LENGTHS: Readonly<Record<string, number>> = { namespace: 64, identifier: 512, state_json: 2 ** 24 - 1 };

interface TableRow {
  readonly kind: unknown;
  readonly name: string;
  readonly collation: unknown;
  readonly index: unknown;
  readonly place: number;
  /** NULL: it has none, or is all of it. */
  readonly length: unknown;
}

/** Sentences that name what a table lacks; none: it is as rule FMT-3 has it. */
export const verifyMysqlTable: Verb<EntryKind, readonly string[]> = {
  alone: (kind) => ({
    sql: DESCRIBE_TABLE,
    parameters: [TABLES[kind], TABLES[kind], TABLES[kind]],
    read: ({ records }) => findProblems(kind, records.map(toRow)),
  }),
};

function toRow(record: unknown): TableRow {
  return {
    kind: columnValue(record, 'kind'),
    name: String(columnValue(record, 'name')),
    collation: columnValue(record, 'collation_name'),
    index: columnValue(record, 'index_name'),
    place: Number(columnValue(record, 'place')),
    length: columnValue(record, 'length') ?? null,
  };
}

function findProblems(kind: EntryKind, rows: readonly TableRow[]): string[] {
  const table = TABLES[kind];
  const columns = rows.filter((row) => row.kind === 'column');
  if (columns.length === 0) return [`table ${table} is missing`];
  const engine = rows.find((row) => row.kind === 'engine')?.name ?? '';
  return [
    ...(engine === 'InnoDB' ? [] : [`table ${table} is of the engine ${engine}, not InnoDB`]),
    ...findColumnProblems(kind, columns),
    ...findIndexProblems(
      table,
      rows.filter((row) => row.kind === 'index'),
    ),
  ];
}

function findColumnProblems(kind: EntryKind, columns: readonly TableRow[]): string[] {
  const table = TABLES[kind];
  const wanted = ['namespace', 'identifier', VALUE_COLUMNS[kind], 'expires_at'];
  const missing = wanted.filter((name) => !columns.some((row) => row.name === name));
  const texts = columns.filter(({ name }) => name in LENGTHS);
  const inexact = texts.filter(({ collation }) => !EXACT_COLLATIONS.includes(collation));
  const short = texts.filter(({ name, length }) => Number(length) < (LENGTHS[name] ?? 0));
  return [
    ...missing.map((name) => `column ${table}.${name} is missing`),
    ...inexact.map(({ name }) => `column ${table}.${name} does not compare byte by byte (COLLATE ${COLLATIONS})`),
    ...short.map(({ name }) => `column ${table}.${name} is too short`),
  ];
}

function findIndexProblems(table: string, indexes: readonly TableRow[]): string[] {
  const primaryKey = indexes.filter(({ index }) => index === 'PRIMARY').sort((one, other) => one.place - other.place);
  const isPrimaryKey = primaryKey.map(({ name }) => name).join() === 'namespace,identifier';
  const isWhole = primaryKey.every(({ length }) => length === null);
  const isExpiryIndexed = indexes.some(({ name, place }) => name === 'expires_at' && place === 1);
  return [
    ...(isPrimaryKey && isWhole ? [] : [`the primary key of ${table} is not (namespace, identifier)`]),
    ...(isExpiryIndexed ? [] : [`an index on ${table}.expires_at is missing`]),
  ];
}
