import { clearingBatch, sweepingBatch } from './removal.js';
import { incrementing } from './counters.js';
import { hangsUp, isPostgresConflict, translatePostgresError } from './errors.js';
import { createSchemaSql, verifyingTable } from './schema.js';
import {
  insertingIfAbsent,
  readingMany,
  readingOf,
  readingPage,
  readingTtl,
  removing,
  removingIfEqual,
  replacingIfEqual,
  writing,
  writingTtl,
} from './statements.js';
import { tablesIn } from './fragments.js';
import type { ServerDialect } from '../server/server-dialect.js';

/**
 * Postgres' words. What is peculiar to it:
 * - `ttlMs` is added to the server's own clock; `expiresAt`, by the clock of this process, is not used (rule TTL-3).
 * - Every statement is a transaction of its own and works under READ COMMITTED, where one that waited for a row lock
 *   checks its condition again on the row as it then is. Under a stricter level the server refuses it instead, and it
 *   is sent again.
 * - Columns of the key are COLLATE "C", which is by code point: the order `scanPage` pages in.
 * - Postgres refuses U+0000 in a text and what is no UTF-8; canonical JSON escapes the one, and cannot hold the other.
 * @param schema - where the tables are; undefined: the first schema of the `search_path` that has them
 */
export function createPostgresDialect(schema: string | undefined): ServerDialect {
  const tables = tablesIn(schema);
  return {
    createSchema: [createSchemaSql(schema)],
    verifyTable: verifyingTable(tables),
    execute: { alone: (sql) => ({ sql, parameters: [], read: ({ records }) => records }) },

    read: { state: readingOf('state', tables), counter: readingOf('counter', tables) },
    readMany: readingMany(tables),
    readBytes: undefined,
    write: { replace: writing('replace', tables), keep: writing('keep', tables) },
    remove: { state: removing('state', tables), counter: removing('counter', tables) },
    insertIfAbsent: insertingIfAbsent(tables),
    replaceIfEqual: { replace: replacingIfEqual('replace', tables), keep: replacingIfEqual('keep', tables) },
    removeIfEqual: removingIfEqual(tables),
    increment: { replace: incrementing('replace', tables), keep: incrementing('keep', tables) },
    readTtl: readingTtl(tables),
    writeTtl: writingTtl(tables),
    scanPage: readingPage(tables),
    clearing: { by: 'batches', batch: clearingBatch(tables) },
    sweepBatch: sweepingBatch(tables),
    ping: {
      // No identifier is empty: it asks whether the table answers, and reads no row.
      alone: () => ({
        sql: `SELECT 1 FROM ${tables.state} WHERE namespace = '' AND identifier = ''`,
        parameters: [],
        read: () => undefined,
      }),
    },

    mayTryAgain: isPostgresConflict,
    hangsUp,
    destroyConnection,
    translate: translatePostgresError,
  };
}

/** `pg` closes the socket of a client at once that is ended while its answer is outstanding; the pool forgets it. */
function destroyConnection(connection: unknown): void {
  if (!isClient(connection)) return;
  void connection.end().catch(() => {}); // It is broken: how it ends says nothing.
}

function isClient(connection: unknown): connection is { end(): Promise<void> } {
  return typeof connection === 'object' && connection !== null && 'end' in connection;
}
