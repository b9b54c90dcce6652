import type { EntryKind } from '../../../contract/storage-driver.js';
import { TABLES, VALUE_COLUMNS } from '../dialect/standard-statements.js';
import { columnValue, type StatementResult } from '../dialect/typeorm-types.js';
import { type ExpectedColumn, type ExpectedTable, findTableProblems } from '../dialect/verify-schema.js';
import { CREATE_FSM_TABLES_MYSQL } from '../migrations/1764300000001-create-fsm-tables-mysql.js';
import type { ServerDialect } from '../server/server-dialect.js';

type SchemaStatements = Pick<ServerDialect, 'createSchema' | 'verifyTable' | 'verifySession' | 'isUncommitted'>;

/** Creating and verifying the tables, and verifying the sessions of an app's pool. */
export function createSchemaStatements(): SchemaStatements {
  return {
    createSchema: CREATE_FSM_TABLES_MYSQL,
    verifyTable: {
      single: (kind) => ({
        sql: DESCRIBE_TABLE,
        parameters: [TABLES[kind], TABLES[kind], TABLES[kind]],
        read: ({ records }) => findTableProblems(records, expectedTable(kind)),
      }),
    },
    verifySession: {
      single: () => ({
        sql: SELECT_SETTINGS,
        parameters: [],
        read: ({ records }) => findSessionProblems(new Map(records.map(toSetting))),
      }),
    },
    isUncommitted,
  };
}

/** Describes what the server really has; {@link findTableProblems} explains the rows. */
const DESCRIBE_TABLE = `
  SELECT 'column' AS kind, COLUMN_NAME AS name, COLLATION_NAME AS collation_name, NULL AS is_primary, NULL AS position,
      CHARACTER_MAXIMUM_LENGTH AS length
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
  UNION ALL
  SELECT 'index', COLUMN_NAME, NULL, INDEX_NAME = 'PRIMARY', SEQ_IN_INDEX, SUB_PART
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
  UNION ALL
  SELECT 'setting', ENGINE, NULL, NULL, NULL, NULL
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`;

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

/** A MariaDB before 11.1 says `tx_isolation`. */
const SELECT_SETTINGS = `SHOW SESSION VARIABLES WHERE Variable_name IN ('autocommit', 'sql_mode',
  'transaction_isolation', 'tx_isolation', 'character_set_client', 'character_set_connection', 'character_set_results')`;

function toSetting(record: unknown): [string, string] {
  return [String(columnValue(record, 'Variable_name')), String(columnValue(record, 'Value'))];
}

/** Sentences about settings that make a session unusable, and how to change them. */
function findSessionProblems(settings: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  if (settings.get('autocommit') !== 'ON') {
    problems.push('autocommit is off, so no write would be kept: SET autocommit = 1');
  }
  if (settings.get('sql_mode')?.includes('NO_BACKSLASH_ESCAPES') === true) {
    problems.push('the sql_mode has NO_BACKSLASH_ESCAPES, under which mysql2 cannot quote a parameter: remove it');
  }
  if ((settings.get('transaction_isolation') ?? settings.get('tx_isolation')) === 'READ-UNCOMMITTED') {
    problems.push('the isolation level READ UNCOMMITTED shows writes that were undone: SET it to READ COMMITTED');
  }
  const characterSets = [...settings].filter(([name, value]) => name.startsWith('character_set_') && value !== '');
  const lossy = characterSets.filter(([, value]) => value !== 'utf8mb4').map(([name, value]) => `${name} = ${value}`);
  if (lossy.length > 0) {
    problems.push(`${lossy.join(', ')}, in which some texts are lost: give the DataSource charset: 'utf8mb4'`);
  }
  return problems;
}

/** In the status of a reply: SERVER_STATUS_IN_TRANS. */
const IN_TRANSACTION = 1;

/** Whether a statement's changes wait for a commit that is never sent. */
function isUncommitted({ raw }: StatementResult): boolean {
  return (Number(columnValue(raw, 'serverStatus') ?? 0) & IN_TRANSACTION) !== 0;
}
