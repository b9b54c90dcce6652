import type { EntryKind } from '../../../contract/storage-driver.js';
import { createFsmTablesPostgres } from '../migrations/1764300000000-create-fsm-tables-postgres.js';
import type { Verb } from '../dialect/dialect.js';
import { type PostgresTables, prefixOf, tablesIn } from './fragments.js';

/** Any number that no other program is likely to lock: the first bytes of "fsm-storage". */
const SCHEMA_LOCK = 7_382_087_149_117_140;

/**
 * Makes the tables where one is missing, as one statement, and so all or nothing. Of several processes that start at
 * once one makes them and the others wait: IF NOT EXISTS alone looks first and then fails on the tables another has made
 * in between. Where they are there it only looks, which needs no right to create and waits for no writer.
 */
export function createSchemaSql(schema: string | undefined): string {
  const tables = tablesIn(schema);
  const isMissing = [tables.state, tables.counter]
    .map((table) => `to_regclass(${literal(table)}) IS NULL`)
    .join(' OR ');
  return `DO $fsm$ BEGIN
    IF ${isMissing} THEN
      PERFORM pg_advisory_xact_lock(${SCHEMA_LOCK});
      ${createFsmTablesPostgres(prefixOf(schema)).join(';\n')};
    END IF;
  END $fsm$`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What each column must be, as Postgres calls it; texts may also be of another length. */
const COLUMNS: Readonly<Record<EntryKind, Readonly<Record<string, readonly string[]>>>> = {
  state: {
    namespace: ['text', 'character varying'],
    identifier: ['text', 'character varying'],
    state_json: ['text', 'character varying'],
    expires_at: ['bigint'],
  },
  counter: {
    namespace: ['text', 'character varying'],
    identifier: ['text', 'character varying'],
    value: ['bigint'],
    expires_at: ['bigint'],
  },
};

/** These compare bytes; "default" does so only where the database happens to be made so. */
const BINARY_COLLATIONS: readonly unknown[] = ['C', 'POSIX', 'ucs_basic'];

/**
 * Looks at what the server really has: rows of kind `column` tell a column's type and collation, rows of kind `index` one
 * column of an index, its place in it, and whether the index is the primary key's.
 */
const DESCRIBE_TABLE = `
  SELECT 'column' AS kind, attribute.attname::text AS name, format_type(attribute.atttypid, NULL) AS type,
      collation_.collname::text AS collation, NULL::int AS place, NULL::boolean AS is_primary,
      current_setting('server_encoding') AS encoding
    FROM pg_attribute AS attribute LEFT JOIN pg_collation AS collation_ ON collation_.oid = attribute.attcollation
    WHERE attribute.attrelid = to_regclass($1) AND attribute.attnum > 0 AND NOT attribute.attisdropped
  UNION ALL
  SELECT 'index', attribute.attname::text, NULL, NULL, part.place::int, index_.indisprimary, NULL
    FROM pg_index AS index_ CROSS JOIN LATERAL unnest(index_.indkey) WITH ORDINALITY AS part(number, place)
    JOIN pg_attribute AS attribute ON attribute.attrelid = index_.indrelid AND attribute.attnum = part.number
    WHERE index_.indrelid = to_regclass($1) AND index_.indisvalid AND part.place <= index_.indnkeyatts`;

interface ColumnRow {
  readonly kind: 'column';
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
  readonly encoding: string;
}

interface IndexRow {
  readonly kind: 'index';
  readonly name: string;
  readonly place: number;
  readonly is_primary: boolean;
}

/** Sentences that name what a table lacks; none: it is as rule FMT-3 has it. */
export function verifyingTable(tables: PostgresTables): Verb<EntryKind, readonly string[]> {
  return {
    alone: (kind) => ({
      sql: DESCRIBE_TABLE,
      parameters: [tables[kind]],
      read: ({ records }) => {
        const columns = records.filter(isColumnRow);
        const table = tables[kind].replaceAll('"', '');
        if (columns.length === 0) return [`table ${table} is missing`];
        return [
          ...verifyEncoding(columns),
          ...verifyColumns(table, columns, COLUMNS[kind]),
          ...verifyIndexes(table, records.filter(isIndexRow)),
        ];
      },
    }),
  };
}

function verifyEncoding([column]: readonly ColumnRow[]): string[] {
  if (column === undefined || column.encoding === 'UTF8') return [];
  return [`the database's encoding is ${column.encoding}, and an identifier may hold what only UTF8 can`];
}

function verifyColumns(
  table: string,
  columns: readonly ColumnRow[],
  wanted: Readonly<Record<string, readonly string[]>>,
): string[] {
  return Object.entries(wanted).flatMap(([name, types]) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) return [`column ${table}.${name} is missing`];
    if (!types.includes(column.type)) return [`column ${table}.${name} is ${column.type} instead of ${types[0]}`];
    const isOfKey = name === 'namespace' || name === 'identifier';
    if (!isOfKey || BINARY_COLLATIONS.includes(column.collation)) return [];
    return [`column ${table}.${name} does not compare byte by byte (COLLATE "C")`];
  });
}

function verifyIndexes(table: string, indexes: readonly IndexRow[]): string[] {
  const primaryKey = indexes.filter((row) => row.is_primary).sort((one, other) => one.place - other.place);
  const isPrimaryKey = primaryKey.map(({ name }) => name).join() === 'namespace,identifier';
  const isExpiryIndexed = indexes.some(({ name, place }) => name === 'expires_at' && place === 1);
  return [
    ...(isPrimaryKey ? [] : [`the primary key of ${table} is not (namespace, identifier)`]),
    ...(isExpiryIndexed ? [] : [`an index on ${table}.expires_at is missing`]),
  ];
}

function isColumnRow(row: unknown): row is ColumnRow {
  return typeof row === 'object' && row !== null && 'kind' in row && row.kind === 'column';
}

function isIndexRow(row: unknown): row is IndexRow {
  return typeof row === 'object' && row !== null && 'kind' in row && row.kind === 'index';
}
