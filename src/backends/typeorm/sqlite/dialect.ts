import type { Dialect } from '../dialect/dialect.js';
import { createIncrement } from './counters.js';
import { type FailedStatement, isBusy, isUndone, translateError } from './errors.js';
import { createSchemaStatements } from './schema.js';
import { createStatements } from './statements.js';

/** A dialect whose statements wait in a queue for the lock of the file. */
export interface SqliteDialect extends Dialect {
  /** Whether a failed statement may succeed once another connection releases its lock. */
  isBusy(error: unknown): boolean;
  /** Whether a failed statement certainly changed nothing. */
  isUndone(error: unknown): boolean;
  translateError(error: unknown, failed: FailedStatement): Error;
}

/**
 * The dialect of SQLite. Its peculiarities:
 * - Parameters are plain `?`: better-sqlite3 takes `?1` for a named parameter.
 * - A statement with RETURNING begins with a newline: TypeORM's `sqlite3` driver looks at the first word and drops the
 *   rows of a statement that begins with "INSERT ", "UPDATE " or "DELETE ".
 * - better-sqlite3 binds every number as REAL; the columns' INTEGER affinity converts it back without loss.
 * - Texts are compared by their UTF-8 bytes, which is code point order: the order in which `scanPage` pages.
 * - Many rows to write are bound by `ManyRowsSql`. Many keys to read are one JSON text, read by `json_each`.
 * - The text of a statement is built once: a driver finds a prepared statement by its text.
 */
export function createSqliteDialect(): SqliteDialect {
  return {
    ...createStatements(),
    ...createSchemaStatements(),
    increment: { replace: createIncrement('replace'), keep: createIncrement('keep') },
    isBusy,
    isUndone,
    translateError,
  };
}
