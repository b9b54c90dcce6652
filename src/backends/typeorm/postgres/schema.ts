import type { EntryKind } from '../../../contract/storage-driver.js';
import type { Dialect } from '../dialect/dialect.js';
import { TABLES, VALUE_COLUMNS } from '../dialect/standard-statements.js';
import { columnValue } from '../dialect/typeorm-types.js';
import { type ExpectedColumn, type ExpectedTable, findTableProblems } from '../dialect/verify-schema.js';
import { createFsmTablesPostgres } from '../migrations/1764300000000-create-fsm-tables-postgres.js';
import { type PostgresTables, schemaPrefix, tablesIn } from './fragments.js';
import { policyProblem } from './policies.js';

/** A number that no other program is likely to lock: the first bytes of "fsm-storage". */
const SCHEMA_LOCK = 7_382_087_149_117_140;

/** Creating and verifying the tables. */
export function createSchemaStatements(schema: string | undefined): Pick<Dialect, 'createSchema' | 'verifyTable'> {
  const tables = tablesIn(schema);
  return {
    createSchema: [createSchemaSql(schema, tables)],
    verifyTable: {
      single: (kind) => ({
        sql: describeTable(kind),
        parameters: [tables[kind]],
        read: ({ records }) => [...findTableProblems(records, expectedTable(kind)), ...findPolicyProblems(records)],
      }),
    },
  };
}

/**
 * Makes the tables if one is missing, as one statement, and so all or nothing. If several processes start at once, one
 * makes them and the others wait: IF NOT EXISTS alone checks first, and then fails if another process has made the tables
 * in between. If the tables exist it only checks, which needs no privilege to create and waits for no writer.
 */
function createSchemaSql(schema: string | undefined, tables: PostgresTables): string {
  const isMissing = [tables.state, tables.counter]
    .map((table) => `to_regclass(${quoteLiteral(table)}) IS NULL`)
    .join(' OR ');
  return `DO $fsm$ BEGIN
    IF ${isMissing} THEN
      PERFORM pg_advisory_xact_lock(${SCHEMA_LOCK});
      ${createFsmTablesPostgres(schemaPrefix(schema)).join(';\n')};
    END IF;
  END $fsm$`;
}

function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Describes what the server really has; {@link findTableProblems} explains the rows. */
function describeTable(kind: EntryKind): string {
  return `
  SELECT 'column' AS kind, attribute.attname::text AS name, format_type(attribute.atttypid, NULL) AS type,
      collation_.collname::text AS collation_name, NULL::int AS position, NULL::boolean AS is_primary
    FROM pg_attribute AS attribute LEFT JOIN pg_collation AS collation_ ON collation_.oid = attribute.attcollation
    WHERE attribute.attrelid = to_regclass($1) AND attribute.attnum > 0 AND NOT attribute.attisdropped
  UNION ALL
  SELECT 'index', attribute.attname::text, NULL, NULL, part.position::int, index_.indisprimary
    FROM pg_index AS index_ CROSS JOIN LATERAL unnest(index_.indkey) WITH ORDINALITY AS part(number, position)
    JOIN pg_attribute AS attribute ON attribute.attrelid = index_.indrelid AND attribute.attnum = part.number
    WHERE index_.indrelid = to_regclass($1) AND index_.indisvalid AND part.position <= index_.indnkeyatts
  UNION ALL
  SELECT 'setting', current_setting('server_encoding'), NULL, NULL, NULL, NULL
  UNION ALL
  SELECT 'policies', ${policyProblem(TABLES[kind], 'to_regclass($1)')}, NULL, NULL, NULL, NULL`;
}

function findPolicyProblems(records: readonly unknown[]): string[] {
  return records.flatMap((record) => {
    const problem = columnValue(record, 'name');
    return columnValue(record, 'kind') === 'policies' && typeof problem === 'string' ? problem : [];
  });
}

/** Texts may also have another length. */
const TEXT: ExpectedColumn = { types: ['text', 'character varying'] };
const BIGINT: ExpectedColumn = { types: ['bigint'] };

/** These collations compare bytes; "default" does so only in a database that was created that way. */
const KEY: ExpectedColumn = { ...TEXT, collation: { names: ['C', 'POSIX', 'ucs_basic'], clause: '"C"' } };

function expectedTable(kind: EntryKind): ExpectedTable {
  const value = kind === 'state' ? TEXT : BIGINT;
  return {
    name: TABLES[kind],
    columns: { namespace: KEY, identifier: KEY, [VALUE_COLUMNS[kind]]: value, expires_at: BIGINT },
    setting: {
      value: 'UTF8',
      problem: (found) => `the database's encoding is ${found}, but identifiers may hold characters that need UTF8`,
    },
  };
}
