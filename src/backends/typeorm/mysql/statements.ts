import type {
  ClearingByBatches,
  ClearingByPages,
  ClearPageRow,
  Dialect,
  OnLive,
  SqlCommand,
  StateRow,
} from '../dialect/dialect.js';
import { isLiveRow, standardStatements } from '../dialect/standard-statements.js';
import { affectedRows } from '../dialect/typeorm-types.js';
import {
  bytesOf,
  DEADLINE,
  IS_EXPIRED,
  IS_LIVE,
  IS_UNCOMMITTED,
  lastInsertId,
  type MysqlTables,
  NEW_DEADLINE,
  NOW,
  rowParameters,
  syntaxOf,
  textValue,
} from './fragments.js';

type MysqlStatements = Omit<Dialect, 'createSchema' | 'verifyTable' | 'increment'>;

/** The commands of MySQL and MariaDB, which clear a namespace differently. */
export function createStatements(backend: 'mysql' | 'mariadb', tables: MysqlTables): MysqlStatements {
  return {
    ...standardStatements(syntaxOf(tables)),
    readMany: createReadMany(tables),
    readBytes: undefined,
    write: { replace: createWrite('replace', tables), keep: createWrite('keep', tables) },
    insertIfAbsent: createInsertIfAbsent(tables),
    scanPage: createScanPage(tables),
    clearing: backend === 'mysql' ? createClearByPages(tables) : createClearByBatches(tables),
    sweepBatch: createSweepBatch(tables),
    ping: createPing(tables),
  };
}

/** The limit is explicit, because a session may have another (`sql_select_limit`). */
function createReadMany(tables: MysqlTables): Dialect['readMany'] {
  return {
    single: ({ namespace, identifiers }) => ({
      sql: `SELECT ${bytesOf('identifier')} AS identifier, ${bytesOf('state_json')} AS state_json FROM ${tables.state}
        WHERE namespace = ? AND identifier IN (${identifiers.map(() => '?').join(',')}) AND ${IS_LIVE}
        LIMIT ${identifiers.length}`,
      parameters: [namespace, ...identifiers],
      read: ({ records }) => {
        const states = new Map(records.map((row) => [textValue(row, 'identifier'), textValue(row, 'state_json')]));
        return identifiers.map((identifier) => (states.has(identifier) ? states.get(identifier) : null));
      },
    }),
  };
}

/** As that of all dialects, with identifiers as bytes. */
function createScanPage(tables: MysqlTables): Dialect['scanPage'] {
  return {
    single: ({ namespace, kind, range, limit }) => ({
      sql: `SELECT ${bytesOf('identifier')} AS name, ${IS_LIVE} AS is_live FROM ${tables[kind]}
        WHERE namespace = ? AND identifier ${range.isStartExcluded ? '>' : '>='} ?
        ${range.end === null ? '' : 'AND identifier < ?'} ORDER BY identifier LIMIT ?`,
      parameters: [namespace, range.start, ...(range.end === null ? [] : [range.end]), limit],
      read: ({ records }) => ({
        identifiers: records.filter(isLiveRow).map((row) => String(textValue(row, 'name'))),
        last: records.length < limit ? null : String(textValue(records.at(-1), 'name')),
      }),
    }),
  };
}

/**
 * Meets what a write would meet (a server that is read-only, a right that is missing) and changes nothing: no identifier
 * is empty, so it finds no row, and locks none.
 */
function createPing(tables: MysqlTables): Dialect['ping'] {
  const sql = `INSERT INTO ${tables.state} (namespace, identifier, state_json, expires_at)
    SELECT namespace, identifier, state_json, expires_at FROM ${tables.state} WHERE namespace = '' AND identifier = ''
    ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)`;
  return { single: () => ({ sql, parameters: [], read: () => undefined }) };
}

function insertInto({ state }: MysqlTables): string {
  return `INSERT INTO ${state} (namespace, identifier, state_json, expires_at) VALUES (?, ?, ?, ${DEADLINE})
  ON DUPLICATE KEY UPDATE`;
}

function createWrite(onLive: OnLive, tables: MysqlTables): SqlCommand<StateRow, void> {
  const sql = `${insertInto(tables)} state_json = VALUES(state_json), expires_at = ${NEW_DEADLINE[onLive]}`;
  return { single: (row) => ({ sql, parameters: rowParameters(row, row.state), read: () => undefined }) };
}

const LIVE = '1';
const EXPIRED = '2';

/**
 * The number of changed rows does not distinguish a new row from a live one that was left unchanged: with the flag
 * FOUND_ROWS both count as one. The argument of LAST_INSERT_ID does; a new row never evaluates it. The text is assigned
 * first, because that assignment reads the old deadline.
 */
function createInsertIfAbsent(tables: MysqlTables): SqlCommand<StateRow, boolean> {
  const sql = `${insertInto(tables)}
    state_json = IF(LAST_INSERT_ID(IF(${IS_EXPIRED}, ${EXPIRED}, ${LIVE})) = ${EXPIRED}, VALUES(state_json), state_json),
    expires_at = ${NEW_DEADLINE.keep}`;
  return {
    single: (row) => ({
      sql,
      parameters: rowParameters(row, row.state),
      read: (result) => lastInsertId(result) !== LIVE,
    }),
  };
}

/** MariaDB returns for each removed row whether it was live. */
function createClearByBatches(tables: MysqlTables): ClearingByBatches {
  return {
    by: 'batches',
    batch: {
      single: ({ namespace, kind, limit }) => ({
        sql: `DELETE FROM ${tables[kind]} WHERE namespace = ? LIMIT ?
          RETURNING ${IS_LIVE} AS is_live, ${IS_UNCOMMITTED}`,
        parameters: [namespace, limit],
        read: ({ records }) => ({ found: records.length, live: records.filter(isLiveRow).length }),
      }),
    },
  };
}

/**
 * MySQL returns only the number of removed rows. A page ends where its last row was when the page was looked up, not
 * where no more rows are found: others may sweep, clear and write meanwhile. The index on deadlines, which the server may
 * prefer, would make each page read all rows.
 */
function createClearByPages(tables: MysqlTables): ClearingByPages {
  return {
    by: 'pages',
    nextPage: {
      single: ({ namespace, kind, start, limit }) => ({
        sql: `SELECT ${bytesOf('identifier')} AS name FROM ${tables[kind]} FORCE INDEX (PRIMARY)
          WHERE namespace = ? AND identifier >= ? ORDER BY identifier LIMIT 1 OFFSET ?`,
        parameters: [namespace, start, limit],
        read: ({ records }) => (records.length === 0 ? null : String(textValue(records[0], 'name'))),
      }),
    },
    removeLive: createRemovePage(tables, IS_LIVE),
    removeExpired: createRemovePage(tables, IS_EXPIRED),
  };
}

function createRemovePage(tables: MysqlTables, condition: string): SqlCommand<ClearPageRow, number> {
  return {
    single: ({ namespace, kind, start, end }) => ({
      sql: `DELETE entry FROM ${tables[kind]} AS entry FORCE INDEX (PRIMARY)
        WHERE namespace = ? AND identifier >= ?${end === null ? '' : ' AND identifier < ?'}
        AND ${condition}`,
      parameters: [namespace, start, ...(end === null ? [] : [end])],
      read: affectedRows,
    }),
  };
}

/**
 * Skips locked rows: two processes that sweep share the work and never wait for each other or for a writer. It checks the
 * deadline again, on the row as it is once it is locked.
 */
function createSweepBatch(tables: MysqlTables): Dialect['sweepBatch'] {
  return {
    single: ({ kind, limit }) => ({
      sql: `DELETE entry FROM ${tables[kind]} AS entry
        JOIN (SELECT namespace, identifier FROM ${tables[kind]}
          WHERE ${IS_EXPIRED} LIMIT ? FOR UPDATE SKIP LOCKED) AS expired USING (namespace, identifier)
        WHERE entry.expires_at <= ${NOW}`,
      parameters: [limit],
      read: affectedRows,
    }),
  };
}
