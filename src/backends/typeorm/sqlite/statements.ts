import type { EntryKind } from '../../../contract/storage-driver.js';
import type { ExpectedRow, ExpiryRow, KeyRow, OnLive, StateRow, SwapRow, Verb } from '../dialect/dialect.js';
import { RowsSql } from './row-values.js';
import { affectedAnyRow, TABLES } from '../dialect/result-row.js';
import { AT_KEY, IS_LIVE, matchByKey, newDeadline, RETURNING_KEY, SEPARATELY } from './fragments.js';

const INSERT = 'INSERT INTO fsm_state (namespace, identifier, state_json, expires_at)';
const ON_CONFLICT = 'ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at =';

const STATE_COLUMNS = {
  columns: 4,
  valuesOf: ({ key, state, expiresAt }: StateRow) => [key.namespace, key.identifier, state, expiresAt],
};

/** Writes, whatever is there. Of two on one key the later text stays, and under `keep` the first deadline. */
export function writing(onLive: OnLive): Verb<StateRow, void> {
  const deadline = newDeadline('fsm_state', onLive);
  const update = `${ON_CONFLICT} ${deadline.sql}`;
  const alone = `${INSERT} VALUES (?, ?, ?, ?) ${update}`;
  const together = new RowsSql({
    ...STATE_COLUMNS,
    toSql: (rows) => `${INSERT} SELECT * FROM ${rows} WHERE true ${update}`,
  });
  return {
    alone: ({ key, state, expiresAt }, now) => ({
      sql: alone,
      parameters: [key.namespace, key.identifier, state, expiresAt, ...deadline.parameters(now)],
      read: () => undefined,
    }),
    shared: {
      together: (rows, now) => ({
        ...together.bind(rows, deadline.parameters(now)),
        read: () => rows.map(() => undefined),
      }),
      keyOf: ({ key }) => key,
      lengthOf: ({ state }) => state.length,
      merge: (earlier, later, now) => {
        if (onLive === 'replace') return later;
        return isExpired(earlier, now) ? undefined : { ...earlier, state: later.state };
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
const INSERT_TOGETHER = new RowsSql({
  ...STATE_COLUMNS,
  toSql: (rows) => `
    ${INSERT} SELECT * FROM ${rows} WHERE true
    ${ON_CONFLICT} excluded.expires_at WHERE fsm_state.expires_at <= ? ${RETURNING_KEY}`,
});

/** Writes where no live state is. */
export const insertIfAbsent: Verb<StateRow, boolean> = {
  alone: ({ key, state, expiresAt }, now) => ({
    sql: INSERT_ALONE,
    parameters: [key.namespace, key.identifier, state, expiresAt, now],
    read: affectedAnyRow,
  }),
  shared: {
    ...SEPARATELY,
    together: (rows, now) => ({
      ...INSERT_TOGETHER.bind(rows, [now]),
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
  const together = new RowsSql<SwapRow>({
    columns: 5,
    valuesOf: ({ key, state, expiresAt, expected }) => [key.namespace, key.identifier, state, expiresAt, expected],
    toSql: (rows) => `
      UPDATE fsm_state SET state_json = wanted.column3${keeps ? '' : ', expires_at = wanted.column4'}
      FROM ${rows} AS wanted
      WHERE fsm_state.namespace = wanted.column1 AND fsm_state.identifier = wanted.column2
        AND state_json = wanted.column5 AND ${IS_LIVE} ${RETURNING_KEY}`,
  });
  return {
    alone: ({ key, expected, state, expiresAt }, now) => ({
      sql: alone,
      parameters: keeps
        ? [state, key.namespace, key.identifier, expected, now]
        : [state, expiresAt, key.namespace, key.identifier, expected, now],
      read: affectedAnyRow,
    }),
    shared: {
      ...SEPARATELY,
      together: (rows, now) => ({
        ...together.bind(rows, [now]),
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
    read: affectedAnyRow,
  }),
};

/** Removes a live entry. */
export function removing(kind: EntryKind): Verb<KeyRow, boolean> {
  const alone = `DELETE FROM ${TABLES[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const together = new RowsSql<KeyRow>({
    columns: 2,
    valuesOf: ({ key }) => [key.namespace, key.identifier],
    toSql: (rows) => `
      DELETE FROM ${TABLES[kind]} WHERE (namespace, identifier) IN ${rows} AND ${IS_LIVE} ${RETURNING_KEY}`,
  });
  return {
    alone: ({ key }, now) => ({ sql: alone, parameters: [key.namespace, key.identifier, now], read: affectedAnyRow }),
    shared: {
      ...SEPARATELY,
      together: (rows, now) => ({
        ...together.bind(rows, [now]),
        read: ({ records }) => whichChanged(rows, records),
      }),
      keyOf: ({ key }) => key,
      lengthOf: () => 0,
    },
  };
}

const WRITE_TTL = `UPDATE fsm_state SET expires_at = ? WHERE ${AT_KEY} AND ${IS_LIVE}`;
const WRITE_TTLS = new RowsSql<ExpiryRow>({
  columns: 3,
  valuesOf: ({ key, expiresAt }) => [key.namespace, key.identifier, expiresAt],
  toSql: (rows) => `
    UPDATE fsm_state SET expires_at = wanted.column3 FROM ${rows} AS wanted
    WHERE fsm_state.namespace = wanted.column1 AND fsm_state.identifier = wanted.column2
      AND ${IS_LIVE} ${RETURNING_KEY}`,
});

/** Gives a live state a new deadline. */
export const writeTtl: Verb<ExpiryRow, boolean> = {
  alone: ({ key, expiresAt }, now) => ({
    sql: WRITE_TTL,
    parameters: [expiresAt, key.namespace, key.identifier, now],
    read: affectedAnyRow,
  }),
  shared: {
    ...SEPARATELY,
    together: (rows, now) => ({
      ...WRITE_TTLS.bind(rows, [now]),
      read: ({ records }) => whichChanged(rows, records),
    }),
    keyOf: ({ key }) => key,
    lengthOf: () => 0,
  },
};

function whichChanged(rows: readonly KeyRow[], records: readonly unknown[]): readonly boolean[] {
  return matchByKey(rows, records).map((record) => record !== undefined);
}
