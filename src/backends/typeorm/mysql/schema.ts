import type { EntryKind } from '../../../contract/storage-driver.js';
import { TABLES, VALUE_COLUMNS } from '../dialect/standard-statements.js';
import { type ExpectedColumn, type ExpectedTable, findTableProblems } from '../dialect/verify-schema.js';
import { CREATE_FSM_TABLES_MYSQL } from '../migrations/1764300000001-create-fsm-tables-mysql.js';
import type { ServerDialect } from '../server/server-dialect.js';
import { databasePrefix } from './fragments.js';

type SchemaStatements = Pick<ServerDialect, 'createSchema' | 'verifyTable'>;

/**
 * Creating and verifying the tables.
 * @param database - undefined: that of the session
 */
export function createSchemaStatements(database: string | undefined): SchemaStatements {
  return {
    createSchema: CREATE_FSM_TABLES_MYSQL.map((sql) => qualify(sql, database)),
    verifyTable: {
      single: (kind) => ({
        sql: describeTable(database),
        parameters: [1, 2, 3].flatMap(() => [...(database === undefined ? [] : [database]), TABLES[kind]]),
        read: ({ records }) => findTableProblems(records, expectedTable(kind)),
      }),
    },
  };
}

function qualify(sql: string, database: string | undefined): string {
  return sql.replace('IF NOT EXISTS ', `IF NOT EXISTS ${databasePrefix(database)}`);
}

/** Describes what the server really has; {@link findTableProblems} explains the rows. */
function describeTable(database: string | undefined): string {
  const isTable = `TABLE_SCHEMA = ${database === undefined ? 'DATABASE()' : '?'} AND TABLE_NAME = ?`;
  return `
  SELECT 'column' AS kind, COLUMN_NAME AS name, COLLATION_NAME AS collation_name, NULL AS is_primary, NULL AS position,
      CHARACTER_MAXIMUM_LENGTH AS length
    FROM information_schema.COLUMNS WHERE ${isTable}
  UNION ALL
  SELECT 'index', COLUMN_NAME, NULL, INDEX_NAME = 'PRIMARY', SEQ_IN_INDEX, SUB_PART
    FROM information_schema.STATISTICS WHERE ${isTable}
  UNION ALL
  SELECT 'setting', ENGINE, NULL, NULL, NULL, NULL
    FROM information_schema.TABLES WHERE ${isTable}
  LIMIT 1000`;
}

/** They compare byte by byte, spaces at the end included. utf8mb4_bin is not one of them: it pads with spaces. */
const EXACT = {
  names: ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin'],
  clause: 'utf8mb4_nopad_bin or utf8mb4_0900_bin',
} as const;

/** The lengths matter because a `sql_mode` that is not strict truncates texts. */
function expectedTable(kind: EntryKind): ExpectedTable {
  const value: ExpectedColumn = kind === 'state' ? { collation: EXACT, minLength: 2 ** 24 - 1 } : {};
  return {
    name: TABLES[kind],
    columns: {
      namespace: { collation: EXACT, minLength: 64 },
      identifier: { collation: EXACT, minLength: 512 },
      [VALUE_COLUMNS[kind]]: value,
      expires_at: {},
    },
    setting: {
      value: 'InnoDB',
      problem: (found) => `table ${TABLES[kind]} uses the engine ${found} instead of InnoDB`,
    },
  };
}
