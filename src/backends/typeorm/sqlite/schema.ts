import type { Dialect } from '../dialect/dialect.js';
import { TABLES, VALUE_COLUMNS } from '../dialect/standard-statements.js';
import { type ExpectedColumn, findTableProblems } from '../dialect/verify-schema.js';
import { CREATE_FSM_TABLES } from '../migrations/1763900000000-create-fsm-tables.js';

/**
 * Describes what the file really contains; {@link findTableProblems} explains the rows. SQLite reports a collation only
 * for the columns of an index, and only that of the primary key matters. An INTEGER PRIMARY KEY has no index, so such a
 * table is rejected, as it should be.
 */
const DESCRIBE_TABLE = `
  SELECT 'column' AS kind, info.name AS name, coalesce(
      (SELECT part.coll FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS part
        WHERE list.origin = 'pk' AND part.key = 1 AND part.name = info.name), 'BINARY') AS collation_name,
      NULL AS position, NULL AS is_primary
    FROM pragma_table_info(?) AS info
  UNION ALL
  SELECT 'index', part.name, NULL, part.seqno + 1, list.origin = 'pk'
    FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS part
    WHERE part.key = 1`;

const KEY_COLUMN: ExpectedColumn = { collation: { names: ['BINARY'], clause: 'BINARY' } };

/** Creating and verifying the tables. */
export function createSchemaStatements(): Pick<Dialect, 'createSchema' | 'verifyTable'> {
  return {
    createSchema: CREATE_FSM_TABLES,
    verifyTable: {
      single: (kind) => ({
        sql: DESCRIBE_TABLE,
        parameters: [TABLES[kind], TABLES[kind], TABLES[kind]],
        read: ({ records }) =>
          findTableProblems(records, {
            name: TABLES[kind],
            columns: { namespace: KEY_COLUMN, identifier: KEY_COLUMN, [VALUE_COLUMNS[kind]]: {}, expires_at: {} },
          }),
      }),
    },
  };
}
