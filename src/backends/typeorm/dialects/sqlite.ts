import type { EntryKind, Expiry, StateWrite, StorageKey, WriteExpiry } from '../../../contract/storage-driver.js';
import type { SqlValue, StatementResult } from '../data-source.js';
import { CREATE_FSM_TABLES } from '../migrations/1763900000000-create-fsm-tables.js';
import type { ClearedBatch, Dialect, IdentifierRange, ScanPage, Statement } from './dialect.js';
import { isSqliteBusy, translateSqliteError } from './sqlite-errors.js';
import { verifySqliteTable } from './sqlite-schema.js';

const TABLES = { state: 'fsm_state', counter: 'fsm_counter' } as const satisfies Record<EntryKind, string>;

/** The row of a key. Parameters: namespace, identifier. */
const AT_KEY = 'namespace = ? AND identifier = ?';
/** Parameter: now. */
const IS_LIVE = '(expires_at IS NULL OR expires_at > ?)';

/**
 * SQLite's words. What is peculiar to it:
 * - Parameters are plain `?`: better-sqlite3 takes `?1` for a named one.
 * - A statement with RETURNING begins with a newline: TypeORM's `sqlite3` driver goes by the first word and would drop
 *   the rows of what begins with "INSERT ", "UPDATE " or "DELETE ".
 * - better-sqlite3 binds every number as REAL; the columns' INTEGER affinity turns it back without loss.
 * - Texts are compared by their UTF-8 bytes, which is by code point: the order `scanPage` pages in.
 */
export const sqliteDialect: Dialect = {
  createSchema: CREATE_FSM_TABLES,
  verifyTable: (kind) => verifySqliteTable(kind, TABLES[kind]),

  read: (key, now) => ({
    sql: `SELECT state_json FROM fsm_state WHERE ${AT_KEY} AND ${IS_LIVE}`,
    parameters: [key.namespace, key.identifier, now],
    read: ({ records }) => (records.length === 0 ? null : storedValue(records[0], 'state_json')),
  }),

  readMany: (namespace, identifiers, now) => ({
    sql: `SELECT wanted.key AS position, state_json FROM json_each(?) AS wanted
      CROSS JOIN fsm_state ON namespace = ? AND identifier = wanted.value WHERE ${IS_LIVE}`,
    parameters: [JSON.stringify(identifiers), namespace, now],
    read: ({ records }) => {
      const found = new Map(records.map((row) => [column(row, 'position'), storedValue(row, 'state_json')]));
      return identifiers.map((_, position) => (found.has(position) ? found.get(position) : null));
    },
  }),

  write: (key, write, now) => upsertState(key, write, now, '', () => undefined),

  remove: (key, now) => ({
    sql: `DELETE FROM ${TABLES[key.kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`,
    parameters: [key.namespace, key.identifier, now],
    read: changedARow,
  }),

  insertIfAbsent: (key, next, now) => {
    const write: StateWrite<string> = { ...next, expiry: { ...next.expiry, onLive: 'replace' } };
    return upsertState(key, write, now, ' WHERE fsm_state.expires_at <= ?', changedARow);
  },

  replaceIfEqual: (key, text, next, now) => {
    const keepsDeadline = next.expiry.onLive === 'keep';
    return {
      sql: `UPDATE fsm_state SET state_json = ?${keepsDeadline ? '' : ', expires_at = ?'}
        WHERE ${AT_KEY} AND state_json = ? AND ${IS_LIVE}`,
      parameters: [
        next.state,
        ...(keepsDeadline ? [] : [next.expiry.expiresAt]),
        ...[key.namespace, key.identifier, text, now],
      ],
      read: changedARow,
    };
  },

  removeIfEqual: (key, text, now) => ({
    sql: `DELETE FROM fsm_state WHERE ${AT_KEY} AND state_json = ? AND ${IS_LIVE}`,
    parameters: [key.namespace, key.identifier, text, now],
    read: changedARow,
  }),

  increment: incrementCounter,

  readCounter: (key, now) => ({
    sql: `SELECT value FROM fsm_counter WHERE ${AT_KEY} AND ${IS_LIVE}`,
    parameters: [key.namespace, key.identifier, now],
    read: ({ records }) => (records.length === 0 ? null : storedValue(records[0], 'value')),
  }),

  readTtl: (key, now) => ({
    sql: `SELECT expires_at FROM ${TABLES[key.kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`,
    parameters: [key.namespace, key.identifier, now],
    read: ({ records }) => {
      if (records.length === 0) return undefined;
      const expiresAt = column(records[0], 'expires_at');
      // Anything but a number, planted by another program, compares above every number: it never expires.
      return typeof expiresAt === 'number' ? Math.ceil(expiresAt - now) : null;
    },
  }),

  writeTtl: (key, expiry: Expiry, now) => ({
    sql: `UPDATE ${TABLES[key.kind]} SET expires_at = ? WHERE ${AT_KEY} AND ${IS_LIVE}`,
    parameters: [expiry.expiresAt, key.namespace, key.identifier, now],
    read: changedARow,
  }),

  scanPage,
  clearBatch,

  sweepBatch: (kind, limit, now) => ({
    sql: `DELETE FROM ${TABLES[kind]} WHERE (namespace, identifier) IN
      (SELECT namespace, identifier FROM ${TABLES[kind]} WHERE expires_at <= ? LIMIT ?)`,
    parameters: [now, limit],
    read: ({ affected }) => affected ?? 0,
  }),

  ping: () => ({
    sql: 'SELECT expires_at FROM fsm_state LIMIT 1',
    parameters: [],
    read: () => undefined,
  }),

  isBusy: isSqliteBusy,
  translate: translateSqliteError,
};

/** `condition` decides whether a row that is there is overwritten; its parameter is now. */
function upsertState<T>(
  key: StorageKey,
  { state, expiry }: StateWrite<string>,
  now: number,
  condition: string,
  read: (result: StatementResult) => T,
): Statement<T> {
  const deadline = newDeadline('fsm_state', expiry, now);
  return {
    sql: `INSERT INTO fsm_state (namespace, identifier, state_json, expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (namespace, identifier) DO UPDATE
      SET state_json = excluded.state_json, expires_at = ${deadline.sql}${condition}`,
    parameters: [
      ...[key.namespace, key.identifier, state, expiry.expiresAt],
      ...deadline.parameters,
      ...(condition === '' ? [] : [now]),
    ],
    read,
  };
}

/** The guard is in the WHERE, so that a total out of range changes nothing; every expression sees the old row. */
function incrementCounter(key: StorageKey, amount: number, expiry: WriteExpiry, now: number): Statement<number | null> {
  const isLive = '(fsm_counter.expires_at IS NULL OR fsm_counter.expires_at > ?)';
  const deadline = newDeadline('fsm_counter', expiry, now);
  return {
    sql: `
      INSERT INTO fsm_counter (namespace, identifier, value, expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (namespace, identifier) DO UPDATE SET
        value = CASE WHEN ${isLive} THEN fsm_counter.value + excluded.value ELSE excluded.value END,
        expires_at = ${deadline.sql}
      WHERE fsm_counter.expires_at <= ? OR (typeof(fsm_counter.value) = 'integer'
        AND fsm_counter.value + excluded.value BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER})
      RETURNING value`,
    parameters: [...[key.namespace, key.identifier, amount, expiry.expiresAt], ...[now, ...deadline.parameters, now]],
    read: ({ records }) => {
      const total = column(records[0], 'value');
      return typeof total === 'number' ? total : null;
    },
  };
}

/** What an upsert makes of the deadline of a row that is there already. */
function newDeadline(table: string, expiry: WriteExpiry, now: number): { sql: string; parameters: SqlValue[] } {
  if (expiry.onLive === 'replace') return { sql: 'excluded.expires_at', parameters: [] };
  return {
    sql: `CASE WHEN ${table}.expires_at <= ? THEN excluded.expires_at ELSE ${table}.expires_at END`,
    parameters: [now],
  };
}

/** Expired rows count towards the limit and are left out afterwards, so that no page reads more than `limit` rows. */
function scanPage(namespace: string, range: IdentifierRange, limit: number, now: number): Statement<ScanPage> {
  const hasEnd = range.end !== null;
  return {
    sql: `SELECT identifier, ${IS_LIVE} AS is_live FROM fsm_state
      WHERE namespace = ? AND identifier ${range.startIsSeen ? '>' : '>='} ?${hasEnd ? ' AND identifier < ?' : ''}
      ORDER BY identifier LIMIT ?`,
    parameters: [now, namespace, range.start, ...(hasEnd ? [range.end] : []), limit],
    read: ({ records }) => {
      const rows = records.filter((row) => typeof column(row, 'identifier') === 'string');
      const identifiers = rows
        .filter((row) => column(row, 'is_live') === 1)
        .map((row) => String(column(row, 'identifier')));
      // Bytes that are no text sort behind every text: a page that holds some is the last.
      const isLast = rows.length < limit;
      return { identifiers, last: isLast ? null : String(column(rows.at(-1), 'identifier')) };
    },
  };
}

function clearBatch(namespace: string, kind: EntryKind, limit: number, now: number): Statement<ClearedBatch> {
  return {
    sql: `
      DELETE FROM ${TABLES[kind]} WHERE namespace = ? AND identifier IN
        (SELECT identifier FROM ${TABLES[kind]} WHERE namespace = ? LIMIT ?)
      RETURNING ${IS_LIVE} AS is_live`,
    parameters: [namespace, namespace, limit, now],
    read: ({ records }) => ({
      removed: records.length,
      live: records.filter((row) => column(row, 'is_live') === 1).length,
    }),
  };
}

function changedARow({ affected }: StatementResult): boolean {
  return (affected ?? 0) > 0;
}

function column(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
}

/** NULL in a column that should hold none is a damaged value, not an absent row: `undefined` says so. */
function storedValue(row: unknown, name: string): unknown {
  return column(row, name) ?? undefined;
}
