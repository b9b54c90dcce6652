import type { EntryKind } from '../../../contract/storage-driver.js';
import type { ExpectedRow, ExpiryRow, KeyRow, OnLive, StateRow, SwapRow, Verb } from './dialect.js';
import {
  AT_KEY,
  DEADLINE,
  IS_EXPIRED,
  IS_LIVE,
  keyOf,
  lastInsertId,
  matchedARow,
  NEW_DEADLINE,
  rowOf,
} from './mysql-words.js';
import { changedARow } from './results.js';
import { TABLES } from './tables.js';

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
  alone: (row) => ({ sql: REMOVE_IF_EQUAL, parameters: [...keyOf(row), row.expected], read: changedARow }),
};

/** Removes a live entry. */
export function removing(kind: EntryKind): Verb<KeyRow, boolean> {
  const sql = `DELETE FROM ${TABLES[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  return { alone: (row) => ({ sql, parameters: keyOf(row), read: changedARow }) };
}

const WRITE_TTL = `UPDATE fsm_state SET expires_at = ${DEADLINE} WHERE ${AT_KEY} AND ${IS_LIVE}`;

/** Gives a live state a new deadline. */
export const writeTtl: Verb<ExpiryRow, boolean> = {
  alone: (row) => ({ sql: WRITE_TTL, parameters: [row.ttlMs, ...keyOf(row)], read: matchedARow }),
};
