import type { EntryKind } from '../../../contract/storage-driver.js';
import type { Statement } from '../dialect/dialect.js';
import { VALUE_COLUMNS } from '../dialect/result-row.js';

/**
 * Looks at what the file really holds. Rows of kind `column` tell a column's name; rows of kind `index` one column of
 * an index: its place in it, its collation, and whether the index is the primary key's. An INTEGER PRIMARY KEY has no
 * index of its own and so fails, as it should.
 */
const DESCRIBE_TABLE = `
  SELECT 'column' AS kind, name, NULL AS place, NULL AS collation, NULL AS origin
    FROM pragma_table_info(?)
  UNION ALL
  SELECT 'index', part.name, part.seqno, part.coll, list.origin
    FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS part
    WHERE part.key = 1`;

interface ColumnRow {
  readonly kind: 'column';
  readonly name: string;
}

interface IndexRow {
  readonly kind: 'index';
  readonly name: string;
  readonly place: number;
  readonly collation: string;
  readonly origin: string;
}

/** Sentences that name what a table lacks; none: it is as rule FMT-3 has it. */
export function verifySqliteTable(kind: EntryKind, table: string): Statement<readonly string[]> {
  return {
    sql: DESCRIBE_TABLE,
    parameters: [table, table],
    read: ({ records }) => {
      const columns = records.filter(isColumnRow).map(({ name }) => name);
      if (columns.length === 0) return [`table ${table} is missing`];
      const wanted = ['namespace', 'identifier', VALUE_COLUMNS[kind], 'expires_at'];
      const missing = wanted.filter((name) => !columns.includes(name));
      return [
        ...missing.map((name) => `column ${table}.${name} is missing`),
        ...verifyIndexes(table, records.filter(isIndexRow)),
      ];
    },
  };
}

function verifyIndexes(table: string, indexes: readonly IndexRow[]): string[] {
  const primaryKey = indexes.filter(({ origin }) => origin === 'pk').sort((one, other) => one.place - other.place);
  const isPrimaryKey = primaryKey.map(({ name }) => name).join() === 'namespace,identifier';
  const isBinary = primaryKey.every(({ collation }) => collation === 'BINARY');
  const isExpiryIndexed = indexes.some(({ name, place }) => name === 'expires_at' && place === 0);
  return [
    ...(isPrimaryKey ? [] : [`the primary key of ${table} is not (namespace, identifier)`]),
    ...(isBinary ? [] : [`the primary key of ${table} does not compare byte by byte (COLLATE BINARY)`]),
    ...(isExpiryIndexed ? [] : [`an index on ${table}.expires_at is missing`]),
  ];
}

function isColumnRow(row: unknown): row is ColumnRow {
  return typeof row === 'object' && row !== null && 'kind' in row && row.kind === 'column';
}

function isIndexRow(row: unknown): row is IndexRow {
  return typeof row === 'object' && row !== null && 'kind' in row && row.kind === 'index';
}
