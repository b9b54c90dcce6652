import type { SqlValue } from '../dialect/typeorm-types.js';
import type { Send } from '../server/server-dialect.js';

/** The pool that statements go to: ours, or that of the app, whose sessions the app may change at any time. */
export type PoolOwner = 'storage' | 'app';

/** The server's reply must arrive before the caller times out: this part of the time limit, and at most so much. */
const REPLY_SHARE = 0.1;
const MAX_REPLY_MS = 500;

/** A statement that returns rows that it does not remove. It changes nothing, whatever becomes of it. */
const ONLY_READS = /^\s*(SELECT|SHOW)\b/;

/**
 * How a statement is sent; undefined: as it is.
 * - MariaDB stops a write before its caller times out, whatever it waits for: the caller then knows that nothing changed.
 * - A session of the app may have another character set, or an `sql_mode` in which a backslash does not escape: texts are
 *   sent in hexadecimal, which is the same in every session.
 */
export function createSend(backend: 'mysql' | 'mariadb', owner: PoolOwner): Send | undefined {
  const isTimed = backend === 'mariadb';
  if (!isTimed && owner === 'storage') return undefined;
  return ({ sql, parameters }, runner, _connection, remainingMs) => {
    const timed = isTimed && !ONLY_READS.test(sql) ? `${timeLimit(remainingMs)} ${sql}` : sql;
    if (owner === 'storage') return runner.query(timed, parameters, true);
    return runner.query(withTextsAsHex(timed, parameters), parameters.filter(isNoText), true);
  };
}

/** @returns the beginning of a statement that limits its time, but not that of its commit */
function timeLimit(remainingMs: number): string {
  const milliseconds = Math.floor(remainingMs - Math.min(MAX_REPLY_MS, remainingMs * REPLY_SHARE));
  return `SET STATEMENT max_statement_time = ${Math.max(1, milliseconds) / 1000} FOR`;
}

/** Replaces the placeholders of texts. In our statements every question mark is a placeholder. */
function withTextsAsHex(sql: string, parameters: readonly SqlValue[]): string {
  let index = 0;
  return sql.replaceAll('?', () => {
    const parameter = parameters[index];
    index += 1;
    return typeof parameter === 'string' ? `_utf8mb4 X'${Buffer.from(parameter).toString('hex')}'` : '?';
  });
}

function isNoText(parameter: SqlValue): boolean {
  return typeof parameter !== 'string';
}
