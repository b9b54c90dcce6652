import { CREATE_FSM_TABLES_MYSQL } from '../migrations/1764300000001-create-fsm-tables-mysql.js';
import type { Dialect } from '../dialect/dialect.js';
import { incrementing } from './counters.js';
import { hangsUp, mayTryAgain, translateMysqlError } from './errors.js';
import {
  insertIfAbsent,
  readingOf,
  readMany,
  readTtl,
  removeIfEqual,
  removing,
  replacingIfEqual,
  scanPage,
  writeTtl,
  writing,
} from './statements.js';
import { clearByPages, clearReturning, sweepBatch } from './removal.js';
import { verifyMysqlTable } from './schema.js';
import { isUncommitted, verifyMysqlSession } from './session-check.js';
import { columnValue } from '../dialect/result-row.js';
import type { ServerDialect } from '../server/server-dialect.js';

/**
 * The words of MySQL and MariaDB. What is peculiar to them:
 * - Parameters are put into the text by mysql2, which escapes with backslashes: the connection must not be in the
 *   `sql_mode` NO_BACKSLASH_ESCAPES.
 * - VALUES(x) is what an upsert would have inserted; MySQL's newer alias for it is unknown to MariaDB.
 * - Both tell how many rows a statement found or changed; MariaDB alone can return rows of a DELETE.
 */
function createDialect(clearing: Dialect['clearing']): ServerDialect {
  return {
    createSchema: CREATE_FSM_TABLES_MYSQL,
    verifyTable: verifyMysqlTable,
    execute: { alone: (sql) => ({ sql, parameters: [], read: ({ records }) => records }) },

    read: { state: readingOf('state'), counter: readingOf('counter') },
    readMany,
    readBytes: undefined,
    write: { replace: writing('replace'), keep: writing('keep') },
    remove: { state: removing('state'), counter: removing('counter') },
    insertIfAbsent,
    replaceIfEqual: { replace: replacingIfEqual('replace'), keep: replacingIfEqual('keep') },
    removeIfEqual,
    increment: { replace: incrementing('replace'), keep: incrementing('keep') },
    readTtl,
    writeTtl,
    scanPage,
    clearing,
    sweepBatch,
    ping: {
      alone: () => ({ sql: 'SELECT expires_at FROM fsm_state LIMIT 1', parameters: [], read: () => undefined }),
    },

    verifySession: verifyMysqlSession,
    isUncommitted,
    mayTryAgain,
    hangsUp,
    destroyConnection,
    translate: translateMysqlError,
  };
}

/** For MySQL 8; a MariaDB understands it too. */
export const mysqlDialect = createDialect(clearByPages);

/** For MariaDB. */
export const mariadbDialect = createDialect(clearReturning);

/**
 * Out of the pool at once, and as if the network had failed. Told no more than to end, a mysql2 connection would wait for
 * a server that is frozen, and whoever waits for an answer over it would wait for ever.
 */
function destroyConnection(connection: unknown): void {
  const stream = columnValue(connection, 'stream');
  callIfThere(connection, 'destroy');
  callIfThere(stream, 'destroy', new Error('The command was given up.'));
}

function callIfThere(object: unknown, name: string, ...parameters: readonly unknown[]): void {
  const method = columnValue(object, name);
  if (typeof method === 'function') method.apply(object, parameters);
}
