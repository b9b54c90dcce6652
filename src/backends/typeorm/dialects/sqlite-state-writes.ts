import type { EntryKind } from '../../../contract/storage-driver.js';
import type { ExpectedRow, ExpiryRow, KeyRow, OnLive, StateRow, SwapRow, Verb } from './dialect.js';
import {
  AT_KEY,
  changedARow,
  IS_LIVE,
  matchByKey,
  newDeadline,
  RETURNING_KEY,
  SEPARATELY,
  TABLES,
} from './sqlite-words.js';

const INSERT = 'INSERT INTO fsm_state (namespace, identifier, state_json, expires_at)';
const ROWS = 'SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true';
const ON_CONFLICT = 'ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at =';

/** Writes, whatever is there. Of two on one key the later text stays, and under `keep` the first deadline. */
export function writing(onLive: OnLive): Verb<StateRow, void> {
  const deadline = newDeadline('fsm_state', onLive);
  const update = `${ON_CONFLICT} ${deadline.sql}`;
  const alone = `${INSERT} VALUES (?, ?, ?, ?) ${update}`;
  const together = `${INSERT} ${ROWS} ${update}`;
  return {
    alone: ({ key, state, expiresAt }, now) => ({
      sql: alone,
      parameters: [key.namespace, key.identifier, state, expiresAt, ...deadline.parameters(now)],
      read: () => undefined,
    }),
    shared: {
      together: (rows, now) => ({
        sql: together,
        parameters: [toJson(rows), ...deadline.parameters(now)],
        read: () => rows.map(() => undefined),
      }),
      keyOf: ({ key }) => key,
      lengthOf: ({ state }) => state.length,
      merge: (earlier, later, now) => {
        if (onLive === 'replace') return later;
        return isExpired(earlier, now) ? undefined : { ...later, expiresAt: earlier.expiresAt };
      },
      answerOf: () => undefined,
    },
  };
}

/** A row with a deadline that has passed while it waited: what comes after it finds nothing there. */
export function isExpired({ expiresAt }: ExpiryRow, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

const INSERT_ALONE = `${INSERT} VALUES (?, ?, ?, ?) ${ON_CONFLICT} excluded.expires_at WHERE fsm_state.expires_at <= ?`;
const INSERT_TOGETHER = `
  ${INSERT} ${ROWS} ${ON_CONFLICT} excluded.expires_at WHERE fsm_state.expires_at <= ? ${RETURNING_KEY}`;

/** Writes where no live state is. */
export const insertIfAbsent: Verb<StateRow, boolean> = {
  alone: ({ key, state, expiresAt }, now) => ({
    sql: INSERT_ALONE,
    parameters: [key.namespace, key.identifier, state, expiresAt, now],
    read: changedARow,
  }),
  shared: {
    ...SEPARATELY,
    together: (rows, now) => ({
      sql: INSERT_TOGETHER,
      parameters: [toJson(rows), now],
      read: ({ records }) => whichChanged(rows, records),
    }),
    keyOf: ({ key }) => key,
    lengthOf: ({ state }) => state.length,
  },
};

/** Writes where a live state has exactly the text expected. */
export function replacingIfEqual(onLive: OnLive): Verb<SwapRow, boolean> {
  const keeps = onLive === 'keep';
  const alone = `UPDATE fsm_state SET state_json = ?${keeps ? '' : ', expires_at = ?'}
    WHERE ${AT_KEY} AND state_json = ? AND ${IS_LIVE}`;
  const together = `
    UPDATE fsm_state SET state_json = wanted.next${keeps ? '' : ', expires_at = wanted.deadline'}
    FROM (SELECT value ->> 0 AS namespace, value ->> 1 AS identifier, value ->> 2 AS next, value ->> 3 AS deadline,
      value ->> 4 AS expected FROM json_each(?)) AS wanted
    WHERE fsm_state.namespace = wanted.namespace AND fsm_state.identifier = wanted.identifier
      AND state_json = wanted.expected AND ${IS_LIVE} ${RETURNING_KEY}`;
  return {
    alone: ({ key, expected, state, expiresAt }, now) => ({
      sql: alone,
      parameters: keeps
        ? [state, key.namespace, key.identifier, expected, now]
        : [state, expiresAt, key.namespace, key.identifier, expected, now],
      read: changedARow,
    }),
    shared: {
      ...SEPARATELY,
      together: (rows, now) => ({
        sql: together,
        parameters: [
          JSON.stringify(
            rows.map(({ key, expected, state, expiresAt }) => {
              return [key.namespace, key.identifier, state, expiresAt, expected];
            }),
          ),
          now,
        ],
        read: ({ records }) => whichChanged(rows, records),
      }),
      keyOf: ({ key }) => key,
      lengthOf: ({ state, expected }) => state.length + expected.length,
    },
  };
}

const REMOVE_IF_EQUAL = `DELETE FROM fsm_state WHERE ${AT_KEY} AND state_json = ? AND ${IS_LIVE}`;

/** Removes where a live state has exactly the text expected; alone, because only an `update` that removes asks it. */
export const removeIfEqual: Verb<ExpectedRow, boolean> = {
  alone: ({ key, expected }, now) => ({
    sql: REMOVE_IF_EQUAL,
    parameters: [key.namespace, key.identifier, expected, now],
    read: changedARow,
  }),
};

/** Removes a live entry. */
export function removing(kind: EntryKind): Verb<KeyRow, boolean> {
  const alone = `DELETE FROM ${TABLES[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const together = `
    DELETE FROM ${TABLES[kind]} WHERE (namespace, identifier) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))
      AND ${IS_LIVE} ${RETURNING_KEY}`;
  return {
    alone: ({ key }, now) => ({ sql: alone, parameters: [key.namespace, key.identifier, now], read: changedARow }),
    shared: {
      ...SEPARATELY,
      together: (rows, now) => ({
        sql: together,
        parameters: [JSON.stringify(rows.map(({ key }) => [key.namespace, key.identifier])), now],
        read: ({ records }) => whichChanged(rows, records),
      }),
      keyOf: ({ key }) => key,
      lengthOf: () => 0,
    },
  };
}

const WRITE_TTL = `UPDATE fsm_state SET expires_at = ? WHERE ${AT_KEY} AND ${IS_LIVE}`;
const WRITE_TTLS = `
  UPDATE fsm_state SET expires_at = wanted.deadline
  FROM (SELECT value ->> 0 AS namespace, value ->> 1 AS identifier, value ->> 2 AS deadline
    FROM json_each(?)) AS wanted
  WHERE fsm_state.namespace = wanted.namespace AND fsm_state.identifier = wanted.identifier
    AND ${IS_LIVE} ${RETURNING_KEY}`;

/** Gives a live state a new deadline. */
export const writeTtl: Verb<ExpiryRow, boolean> = {
  alone: ({ key, expiresAt }, now) => ({
    sql: WRITE_TTL,
    parameters: [expiresAt, key.namespace, key.identifier, now],
    read: changedARow,
  }),
  shared: {
    ...SEPARATELY,
    together: (rows, now) => ({
      sql: WRITE_TTLS,
      parameters: [JSON.stringify(rows.map(({ key, expiresAt }) => [key.namespace, key.identifier, expiresAt])), now],
      read: ({ records }) => whichChanged(rows, records),
    }),
    keyOf: ({ key }) => key,
    lengthOf: () => 0,
  },
};

function toJson(rows: readonly StateRow[]): string {
  return JSON.stringify(rows.map(({ key, state, expiresAt }) => [key.namespace, key.identifier, state, expiresAt]));
}

function whichChanged(rows: readonly KeyRow[], records: readonly unknown[]): readonly boolean[] {
  return matchByKey(rows, records).map((record) => record !== undefined);
}
