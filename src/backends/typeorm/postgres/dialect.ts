import type { SqlSession } from '../dialect/dialect.js';
import type { ServerDialect } from '../server/server-dialect.js';
import { createIncrement } from './counters.js';
import { closesConnection, isReadOnly, isRetryable, translateError } from './errors.js';
import { tablesIn } from './fragments.js';
import { createSchemaStatements } from './schema.js';
import { settleSchema } from './settle-schema.js';
import { createStatements } from './statements.js';

/**
 * The dialect of Postgres. Its peculiarities:
 * - `ttlMs` is added to the server's clock; `expiresAt`, computed by this process's clock, is not used (rule TTL-3).
 * - Every statement is a transaction under READ COMMITTED: a statement that waited for a row lock checks its condition
 *   again on the row as it is then. Under a stricter level the server rejects such a statement, and it is sent again.
 * - The key's columns are COLLATE "C", which is code point order: the order in which `scanPage` pages.
 * - Postgres rejects U+0000 in a text and bytes that are not UTF-8; canonical JSON escapes the former and cannot contain
 *   the latter.
 * @param schema - where the tables are; undefined: `settle` finds out
 */
export function createPostgresDialect(schema: string | undefined): ServerDialect {
  const tables = tablesIn(schema);
  return {
    ...createStatements(tables),
    ...createSchemaStatements(schema),
    settle: schema === undefined ? settle : undefined,
    increment: { replace: createIncrement('replace', tables), keep: createIncrement('keep', tables) },
    isRetryable,
    isReadOnly,
    closesConnection,
    destroyConnection,
    translateError,
  };
}

async function settle(session: SqlSession, location: string): Promise<ServerDialect> {
  return createPostgresDialect(await settleSchema(session, location));
}

/** `pg` closes the socket of a client at once if the client is ended while a reply is outstanding; the pool drops it. */
function destroyConnection(connection: unknown): void {
  if (!isClient(connection)) return;
  void connection.end().catch(() => {}); // The connection is unusable: a failure to end it has no effect.
}

function isClient(connection: unknown): connection is { end(): Promise<void> } {
  return typeof connection === 'object' && connection !== null && 'end' in connection;
}
