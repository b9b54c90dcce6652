import type { EntryKind } from '../../../contract/storage-driver.js';
import type {
  ClearingByBatches,
  ClearingByPages,
  ClearPageRow,
  Dialect,
  OnLive,
  SqlCommand,
  StateRow,
} from '../dialect/dialect.js';
import { isLiveRow, standardStatements, TABLES } from '../dialect/standard-statements.js';
import { affectedRows, columnValue, storedValue } from '../dialect/typeorm-types.js';
import { DEADLINE, IS_EXPIRED, IS_LIVE, lastInsertId, NEW_DEADLINE, NOW, rowParameters, SYNTAX } from './fragments.js';

type MysqlStatements = Omit<Dialect, 'createSchema' | 'verifyTable' | 'increment'>;

/** The commands of MySQL and MariaDB, which clear a namespace differently. */
export function createStatements(backend: 'mysql' | 'mariadb'): MysqlStatements {
  return {
    ...standardStatements(SYNTAX),
    readMany,
    readBytes: undefined,
    write: { replace: createWrite('replace'), keep: createWrite('keep') },
    insertIfAbsent,
    clearing: backend === 'mysql' ? clearByPages : clearByBatches,
    sweepBatch,
  };
}

const readMany: Dialect['readMany'] = {
  single: ({ namespace, identifiers }) => ({
    sql: `SELECT identifier, state_json FROM fsm_state
      WHERE namespace = ? AND identifier IN (${identifiers.map(() => '?').join(',')}) AND ${IS_LIVE}`,
    parameters: [namespace, ...identifiers],
    read: ({ records }) => {
      const states = new Map(records.map((row) => [columnValue(row, 'identifier'), storedValue(row, 'state_json')]));
      return identifiers.map((identifier) => (states.has(identifier) ? states.get(identifier) : null));
    },
  }),
};

const INSERT = `INSERT INTO fsm_state (namespace, identifier, state_json, expires_at) VALUES (?, ?, ?, ${DEADLINE})
  ON DUPLICATE KEY UPDATE`;

function createWrite(onLive: OnLive): SqlCommand<StateRow, void> {
  const sql = `${INSERT} state_json = VALUES(state_json), expires_at = ${NEW_DEADLINE[onLive]}`;
  return { single: (row) => ({ sql, parameters: rowParameters(row, row.state), read: () => undefined }) };
}

const LIVE = '1';
const EXPIRED = '2';

/** Assigns the text first, because that assignment reads the old deadline. */
const INSERT_IF_ABSENT = `${INSERT}
  state_json = IF(LAST_INSERT_ID(IF(${IS_EXPIRED}, ${EXPIRED}, ${LIVE})) = ${EXPIRED}, VALUES(state_json), state_json),
  expires_at = ${NEW_DEADLINE.keep}`;

/**
 * The number of changed rows does not distinguish a new row from a live one that was left unchanged: with the flag
 * FOUND_ROWS both count as one. The argument of LAST_INSERT_ID does; a new row never evaluates it.
 */
const insertIfAbsent: SqlCommand<StateRow, boolean> = {
  single: (row) => ({
    sql: INSERT_IF_ABSENT,
    parameters: rowParameters(row, row.state),
    read: (result) => lastInsertId(result) !== LIVE,
  }),
};

/** MariaDB returns for each removed row whether it was live. */
const clearByBatches: ClearingByBatches = {
  by: 'batches',
  batch: {
    single: ({ namespace, kind, limit }) => ({
      sql: `DELETE FROM ${TABLES[kind]} WHERE namespace = ? LIMIT ? RETURNING ${IS_LIVE} AS is_live`,
      parameters: [namespace, limit],
      read: ({ records }) => ({ found: records.length, live: records.filter(isLiveRow).length }),
    }),
  },
};

/**
 * MySQL returns only the number of removed rows. A page ends where its last row was when the page was looked up, not
 * where no more rows are found: others may sweep, clear and write meanwhile. The index on deadlines, which the server may
 * prefer, would make each page read all rows.
 */
const clearByPages: ClearingByPages = {
  by: 'pages',
  nextPage: {
    single: ({ namespace, kind, start, limit }) => ({
      sql: `SELECT identifier FROM ${TABLES[kind]} FORCE INDEX (PRIMARY) WHERE namespace = ? AND identifier >= ?
        ORDER BY identifier LIMIT 1 OFFSET ?`,
      parameters: [namespace, start, limit],
      read: ({ records }) => (records.length === 0 ? null : String(columnValue(records[0], 'identifier'))),
    }),
  },
  removeLive: createRemovePage(IS_LIVE),
  removeExpired: createRemovePage(IS_EXPIRED),
};

function createRemovePage(condition: string): SqlCommand<ClearPageRow, number> {
  return {
    single: ({ namespace, kind, start, end }) => ({
      sql: `DELETE entry FROM ${TABLES[kind]} AS entry FORCE INDEX (PRIMARY)
        WHERE namespace = ? AND identifier >= ?${end === null ? '' : ' AND identifier < ?'}
        AND ${condition}`,
      parameters: [namespace, start, ...(end === null ? [] : [end])],
      read: affectedRows,
    }),
  };
}

const SWEEP = { state: sweepSql('state'), counter: sweepSql('counter') };

/**
 * Skips locked rows: two processes that sweep share the work and never wait for each other or for a writer. It checks the
 * deadline again, on the row as it is once it is locked.
 */
function sweepSql(kind: EntryKind): string {
  return `DELETE entry FROM ${TABLES[kind]} AS entry
    JOIN (SELECT namespace, identifier FROM ${TABLES[kind]}
      WHERE ${IS_EXPIRED} LIMIT ? FOR UPDATE SKIP LOCKED) AS expired USING (namespace, identifier)
    WHERE entry.expires_at <= ${NOW}`;
}

const sweepBatch: Dialect['sweepBatch'] = {
  single: ({ kind, limit }) => ({ sql: SWEEP[kind], parameters: [limit], read: affectedRows }),
};
