import { readProperty } from '../../../toolkit/properties.js';
import type { ServerDialect } from '../server/server-dialect.js';
import { createIncrement } from './counters.js';
import { closesConnection, isReadOnly, isRetryable, translateError } from './errors.js';
import { isUncommitted, tablesIn } from './fragments.js';
import { createSchemaStatements } from './schema.js';
import { createSend, type PoolOwner } from './send.js';
import { verifySession } from './session.js';
import { createStatements } from './statements.js';

/** Where the statements of a dialect go. */
export interface MysqlTarget {
  readonly backend: 'mysql' | 'mariadb';
  readonly owner: PoolOwner;
  /** The database of the tables. undefined: that of the session. */
  readonly database?: string | undefined;
}

/**
 * The dialect of MySQL 8 and MariaDB. Their peculiarities:
 * - mysql2 puts parameters into the text and escapes them with backslashes: the connection must not be in the `sql_mode`
 *   NO_BACKSLASH_ESCAPES.
 * - VALUES(x) is what an upsert would have inserted; MariaDB does not know MySQL's newer alias for it.
 * - Both report how many rows a statement found or changed; only MariaDB can return the rows of a DELETE.
 */
export function createMysqlDialect({ backend, owner, database }: MysqlTarget): ServerDialect {
  const tables = tablesIn(database);
  return {
    ...createStatements(backend, tables),
    ...createSchemaStatements(database),
    increment: { replace: createIncrement(tables.counter, 'replace'), keep: createIncrement(tables.counter, 'keep') },
    verifySession,
    isUncommitted,
    isRetryable,
    isReadOnly,
    closesConnection,
    destroyConnection,
    translateError,
    send: createSend(backend, owner),
  };
}

/**
 * Removes the connection from the pool at once, and fails its outstanding commands as if the network had failed:
 * `destroy()` alone leaves a query to a frozen server unsettled forever; destroying the stream with an error settles it.
 */
function destroyConnection(connection: unknown): void {
  const stream = readProperty(connection, 'stream');
  callIfPresent(connection, 'destroy');
  callIfPresent(stream, 'destroy', new Error('The command timed out.'));
}

function callIfPresent(object: unknown, name: string, ...parameters: readonly unknown[]): void {
  const method = readProperty(object, name);
  if (typeof method === 'function') method.apply(object, parameters);
}
