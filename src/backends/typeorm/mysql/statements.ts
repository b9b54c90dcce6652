import type { EntryKind } from '../../../contract/storage-driver.js';
import type {
  ExpectedRow,
  ExpiryRow,
  KeyRow,
  ManyRow,
  OnLive,
  PageRow,
  ScanPage,
  Statement,
  StateRow,
  SwapRow,
  Verb,
} from '../dialect/dialect.js';
import {
  AT_KEY,
  DEADLINE,
  IS_EXPIRED,
  IS_LIVE,
  keyOf,
  lastInsertId,
  matchedARow,
  NEW_DEADLINE,
  NOW_MS,
  rowOf,
  toSafeInteger,
} from './fragments.js';
import { affectedAnyRow, columnValue, storedValue, TABLES, VALUE_COLUMNS } from '../dialect/result-row.js';

/** Reads by key. */
export function readingOf(kind: EntryKind): Verb<KeyRow, unknown> {
  const name = VALUE_COLUMNS[kind];
  const sql = `SELECT ${name} FROM ${TABLES[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const toValue = kind === 'counter' ? toSafeInteger : (value: unknown): unknown => value;
  return {
    alone: (row) => ({
      sql,
      parameters: keyOf(row),
      read: ({ records }) => (records.length === 0 ? null : toValue(storedValue(records[0], name))),
    }),
  };
}

/** States in the order asked. */
export const readMany: Verb<ManyRow, readonly unknown[]> = {
  alone: ({ namespace, identifiers }) => ({
    sql: `SELECT identifier, state_json FROM fsm_state
      WHERE namespace = ? AND identifier IN (${identifiers.map(() => '?').join(',')}) AND ${IS_LIVE}`,
    parameters: [namespace, ...identifiers],
    read: ({ records }) => {
      const found = new Map(records.map((row) => [columnValue(row, 'identifier'), storedValue(row, 'state_json')]));
      return identifiers.map((identifier) => (found.has(identifier) ? found.get(identifier) : null));
    },
  }),
};

const READ_TTL = `SELECT expires_at - ${NOW_MS} AS left_ms FROM fsm_state WHERE ${AT_KEY} AND ${IS_LIVE}`;

/** What a state has left. */
export const readTtl: Verb<KeyRow, number | null | undefined> = {
  alone: (row) => ({
    sql: READ_TTL,
    parameters: keyOf(row),
    read: ({ records }) => {
      return records.length === 0 ? undefined : (toSafeInteger(columnValue(records[0], 'left_ms')) ?? null);
    },
  }),
};

/**
 * In the order of the primary key, which is by code point. Expired rows count towards the limit and are left out
 * afterwards, so that no page reads more than `limit` rows.
 */
export const scanPage: Verb<PageRow, ScanPage> = {
  alone: ({ namespace, range, limit }): Statement<ScanPage> => {
    const hasEnd = range.end !== null;
    return {
      sql: `SELECT identifier, ${IS_LIVE} AS is_live FROM fsm_state
        WHERE namespace = ? AND identifier ${range.startIsSeen ? '>' : '>='} ?${hasEnd ? ' AND identifier < ?' : ''}
        ORDER BY identifier LIMIT ?`,
      parameters: [namespace, range.start, ...(hasEnd ? [range.end] : []), limit],
      read: ({ records }) => ({
        identifiers: records.filter(isLive).map((row) => String(columnValue(row, 'identifier'))),
        last: records.length < limit ? null : String(columnValue(records.at(-1), 'identifier')),
      }),
    };
  },
};

/** A row of which a statement told whether it is live. */
export function isLive(row: unknown): boolean {
  return Number(columnValue(row, 'is_live')) === 1;
}

const INSERT = `INSERT INTO fsm_state (namespace, identifier, state_json, expires_at) VALUES (?, ?, ?, ${DEADLINE})
  ON DUPLICATE KEY UPDATE`;

/** Writes, whatever is there. */
export function writing(onLive: OnLive): Verb<StateRow, void> {
  const sql = `${INSERT} state_json = VALUES(state_json), expires_at = ${NEW_DEADLINE[onLive]}`;
  return { alone: (row) => ({ sql, parameters: rowOf(row, row.state), read: () => undefined }) };
}

const LIVE = '1';
const EXPIRED = '2';

/** The text comes first: it asks for the old deadline. */
const INSERT_IF_ABSENT = `${INSERT}
  state_json = IF(LAST_INSERT_ID(IF(${IS_EXPIRED}, ${EXPIRED}, ${LIVE})) = ${EXPIRED}, VALUES(state_json), state_json),
  expires_at = ${NEW_DEADLINE.keep}`;

/**
 * Writes where no live state is. How many rows were changed does not tell a new row from a live one that was left as it
 * is: with the flag FOUND_ROWS both count as one. What LAST_INSERT_ID was given does; a new row never asks it.
 */
export const insertIfAbsent: Verb<StateRow, boolean> = {
  alone: (row) => ({
    sql: INSERT_IF_ABSENT,
    parameters: rowOf(row, row.state),
    read: (result) => lastInsertId(result) !== LIVE,
  }),
};

/** Writes where a live state has exactly the text expected. */
export function replacingIfEqual(onLive: OnLive): Verb<SwapRow, boolean> {
  const keeps = onLive === 'keep';
  const sql = `UPDATE fsm_state SET state_json = ?${keeps ? '' : `, expires_at = ${DEADLINE}`}
    WHERE ${AT_KEY} AND state_json = ? AND ${IS_LIVE}`;
  return {
    alone: (row) => ({
      sql,
      parameters: [row.state, ...(keeps ? [] : [row.ttlMs]), ...keyOf(row), row.expected],
      read: matchedARow,
    }),
  };
}

const REMOVE_IF_EQUAL = `DELETE FROM fsm_state WHERE ${AT_KEY} AND state_json = ? AND ${IS_LIVE}`;

/** Removes where a live state has exactly the text expected. */
export const removeIfEqual: Verb<ExpectedRow, boolean> = {
  alone: (row) => ({ sql: REMOVE_IF_EQUAL, parameters: [...keyOf(row), row.expected], read: affectedAnyRow }),
};

/** Removes a live entry. */
export function removing(kind: EntryKind): Verb<KeyRow, boolean> {
  const sql = `DELETE FROM ${TABLES[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  return { alone: (row) => ({ sql, parameters: keyOf(row), read: affectedAnyRow }) };
}

const WRITE_TTL = `UPDATE fsm_state SET expires_at = ${DEADLINE} WHERE ${AT_KEY} AND ${IS_LIVE}`;

/** Gives a live state a new deadline. */
export const writeTtl: Verb<ExpiryRow, boolean> = {
  alone: (row) => ({ sql: WRITE_TTL, parameters: [row.ttlMs, ...keyOf(row)], read: matchedARow }),
};
