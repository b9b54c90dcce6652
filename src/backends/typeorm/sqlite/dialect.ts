import type { EntryKind } from '../../../contract/storage-driver.js';
import { CREATE_FSM_TABLES } from '../migrations/1763900000000-create-fsm-tables.js';
import type { SqliteDialect } from './sqlite-dialect.js';
import { incrementing } from './counters.js';
import { isSqliteBusy, isSqliteUndone, translateSqliteError } from './errors.js';
import { readBytes, readingOf, readMany, readTtl, scanPage } from './reads.js';
import { verifySqliteTable } from './schema.js';
import { insertIfAbsent, removeIfEqual, removing, replacingIfEqual, writeTtl, writing } from './statements.js';
import { columnValue, TABLES } from '../dialect/result-row.js';
import { IS_LIVE } from './fragments.js';

const CLEAR = { state: clearSql('state'), counter: clearSql('counter') };
const SWEEP = { state: sweepSql('state'), counter: sweepSql('counter') };

function clearSql(kind: EntryKind): string {
  return `
    DELETE FROM ${TABLES[kind]} WHERE namespace = ? AND identifier IN
      (SELECT identifier FROM ${TABLES[kind]} WHERE namespace = ? LIMIT ?)
    RETURNING ${IS_LIVE} AS is_live`;
}

function sweepSql(kind: EntryKind): string {
  return `DELETE FROM ${TABLES[kind]} WHERE (namespace, identifier) IN
    (SELECT namespace, identifier FROM ${TABLES[kind]} WHERE expires_at <= ? LIMIT ?)`;
}

/**
 * SQLite's words. What is peculiar to it:
 * - Parameters are plain `?`: better-sqlite3 takes `?1` for a named one.
 * - A statement with RETURNING begins with a newline: TypeORM's `sqlite3` driver goes by the first word and would drop
 *   the rows of what begins with "INSERT ", "UPDATE " or "DELETE ".
 * - better-sqlite3 binds every number as REAL; the columns' INTEGER affinity turns it back without loss.
 * - Texts are compared by their UTF-8 bytes, which is by code point: the order `scanPage` pages in.
 * - Many rows to write come as `RowsSql` binds them. Keys to read come as one JSON text, read by `json_each`.
 * - Texts of statements are made once: a driver finds a prepared statement by its text.
 */
export const sqliteDialect: SqliteDialect = {
  createSchema: CREATE_FSM_TABLES,
  verifyTable: { alone: (kind) => verifySqliteTable(kind, TABLES[kind]) },
  execute: { alone: (sql) => ({ sql, parameters: [], read: ({ records }) => records }) },

  read: { state: readingOf('state'), counter: readingOf('counter') },
  readMany,
  readBytes,
  write: { replace: writing('replace'), keep: writing('keep') },
  remove: { state: removing('state'), counter: removing('counter') },
  insertIfAbsent,
  replaceIfEqual: { replace: replacingIfEqual('replace'), keep: replacingIfEqual('keep') },
  removeIfEqual,
  increment: { replace: incrementing('replace'), keep: incrementing('keep') },
  readTtl,
  writeTtl,
  scanPage,

  clearing: {
    by: 'batches',
    batch: {
      alone: ({ namespace, kind, limit }, now) => ({
        sql: CLEAR[kind],
        parameters: [namespace, namespace, limit, now],
        read: ({ records }) => ({
          found: records.length,
          live: records.filter((row) => columnValue(row, 'is_live') === 1).length,
        }),
      }),
    },
  },

  sweepBatch: {
    alone: ({ kind, limit }, now) => ({
      sql: SWEEP[kind],
      parameters: [now, limit],
      read: ({ affected }) => affected ?? 0,
    }),
  },

  ping: {
    alone: () => ({ sql: 'SELECT expires_at FROM fsm_state LIMIT 1', parameters: [], read: () => undefined }),
  },

  isBusy: isSqliteBusy,
  isUndone: isSqliteUndone,
  translate: translateSqliteError,
};
