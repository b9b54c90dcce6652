import { readProperty } from '../../../toolkit/properties.js';
import type { StatementResult } from '../dialect/typeorm-types.js';
import type { ServerDialect } from '../server/server-dialect.js';
import { createIncrement } from './counters.js';
import { closesConnection, isReadOnly, isRetryable, translateError } from './errors.js';
import { tablesIn } from './fragments.js';
import { createSchemaStatements } from './schema.js';
import { createSessionVerification, verifySession } from './session.js';
import { CURRENT_USER, settleSchema } from './settle-schema.js';
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
  return createDialect({ schema, user: undefined });
}

/** What is found out at the start. */
interface Settled {
  readonly schema: string | undefined;
  /** The role that statements are executed as. */
  readonly user: string | undefined;
}

function createDialect({ schema, user }: Settled): ServerDialect {
  const tables = tablesIn(schema);
  return {
    ...createStatements(tables),
    ...createSchemaStatements(schema),
    increment: { replace: createIncrement('replace', tables), keep: createIncrement('keep', tables) },
    settle: async (session, location) => {
      const settled = schema ?? (await settleSchema(session, location));
      return createDialect({ schema: settled, user: await session.read(CURRENT_USER, null) });
    },
    verifySession,
    verifyUsedSession: createSessionVerification(tables, user),
    isUncommitted,
    isRetryable,
    isReadOnly,
    closesConnection,
    destroyConnection,
    translateError,
  };
}

/** In the status of `pg`'s client: the session is in a transaction. Not every version of it reports that. */
const IN_TRANSACTION = 'T';

/** Whether a statement's changes wait for a commit that is never sent. */
function isUncommitted(_result: StatementResult, connection: unknown): boolean {
  const getStatus = readProperty(connection, 'getTransactionStatus');
  return typeof getStatus === 'function' && getStatus.call(connection) === IN_TRANSACTION;
}

/** `pg` closes the socket of a client at once if the client is ended while a reply is outstanding; the pool drops it. */
function destroyConnection(connection: unknown): void {
  if (!isClient(connection)) return;
  void connection.end().catch(() => {}); // The connection is unusable: a failure to end it has no effect.
}

function isClient(connection: unknown): connection is { end(): Promise<void> } {
  return typeof connection === 'object' && connection !== null && 'end' in connection;
}
