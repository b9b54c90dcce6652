import type { EntryKind } from '../../../contract/storage-driver.js';
import type {
  ExpectedRow,
  ExpiryRow,
  KeyRow,
  ManyRow,
  OnLive,
  PageRow,
  ScanPage,
  StateRow,
  SwapRow,
  Verb,
} from '../dialect/dialect.js';
import {
  AT_KEY,
  deadlineIn,
  IS_LIVE,
  nameOf,
  newDeadline,
  NOW,
  type PostgresTables,
  STORED_IS_EXPIRED,
  toInteger,
} from './fragments.js';
import { affectedAnyRow, columnValue, storedValue } from '../dialect/result-row.js';

/** What is stored. A counter's total comes as a text, for `toInteger`. */
export function readingOf(kind: EntryKind, tables: PostgresTables): Verb<KeyRow, unknown> {
  const value = kind === 'state' ? 'state_json' : 'value::text AS value';
  const sql = `SELECT ${value} FROM ${tables[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const name = nameOf(sql);
  return {
    alone: ({ key }) => ({
      sql,
      name,
      parameters: [key.namespace, key.identifier],
      read: ({ records }) => {
        if (records.length === 0) return null;
        return kind === 'state' ? storedValue(records[0], 'state_json') : toInteger(columnValue(records[0], 'value'));
      },
    }),
  };
}

/** States in the order asked, by one walk of the primary key. */
export function readingMany({ state }: PostgresTables): Verb<ManyRow, readonly unknown[]> {
  const sql = `SELECT identifier, state_json FROM ${state}
    WHERE namespace = $1 AND identifier = ANY (ARRAY(SELECT json_array_elements_text($2::json))) AND ${IS_LIVE}`;
  return {
    alone: ({ namespace, identifiers }) => ({
      sql,
      parameters: [namespace, JSON.stringify(identifiers)],
      read: ({ records }) => {
        const states = new Map(records.map((row) => [columnValue(row, 'identifier'), storedValue(row, 'state_json')]));
        return identifiers.map((identifier) => (states.has(identifier) ? states.get(identifier) : null));
      },
    }),
  };
}

/** Writes, whatever is there. */
export function writing(onLive: OnLive, { state }: PostgresTables): Verb<StateRow, void> {
  const sql = upsertSql(state, newDeadline(onLive));
  const name = nameOf(sql);
  return { alone: (row) => ({ sql, name, parameters: valuesOf(row), read: () => undefined }) };
}

/**
 * Writes where no live state is. Of several who come upon an expired row, the first writes it and the others, who wait
 * for its lock, see a live one.
 */
export function insertingIfAbsent({ state }: PostgresTables): Verb<StateRow, boolean> {
  const sql = `${upsertSql(state, 'excluded.expires_at')} WHERE ${STORED_IS_EXPIRED}`;
  const name = nameOf(sql);
  return { alone: (row) => ({ sql, name, parameters: valuesOf(row), read: affectedAnyRow }) };
}

function upsertSql(table: string, deadline: string): string {
  return `INSERT INTO ${table} AS stored (namespace, identifier, state_json, expires_at)
    VALUES ($1, $2, $3, ${deadlineIn('$4')})
    ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at = ${deadline}`;
}

function valuesOf({ key, state, ttlMs }: StateRow): (string | number | null)[] {
  return [key.namespace, key.identifier, state, ttlMs];
}

/**
 * Writes where a live state has exactly the text expected. One that had to wait for another writer looks at the
 * condition again, on the row as that one left it: of many who expect the same, one wins.
 */
export function replacingIfEqual(onLive: OnLive, { state }: PostgresTables): Verb<SwapRow, boolean> {
  const where = `WHERE ${AT_KEY} AND state_json = $3 AND ${IS_LIVE}`;
  const keeps = onLive === 'keep';
  const sql = keeps
    ? `UPDATE ${state} SET state_json = $4 ${where}`
    : `UPDATE ${state} SET state_json = $4, expires_at = ${deadlineIn('$5')} ${where}`;
  const name = nameOf(sql);
  return {
    alone: ({ key, expected, state: next, ttlMs }) => ({
      sql,
      name,
      parameters: [key.namespace, key.identifier, expected, next, ...(keeps ? [] : [ttlMs])],
      read: affectedAnyRow,
    }),
  };
}

/** Removes where a live state has exactly the text expected. */
export function removingIfEqual({ state }: PostgresTables): Verb<ExpectedRow, boolean> {
  const sql = `DELETE FROM ${state} WHERE ${AT_KEY} AND state_json = $3 AND ${IS_LIVE}`;
  const name = nameOf(sql);
  return {
    alone: ({ key, expected }) => ({
      sql,
      name,
      parameters: [key.namespace, key.identifier, expected],
      read: affectedAnyRow,
    }),
  };
}

/** Removes a live entry. */
export function removing(kind: EntryKind, tables: PostgresTables): Verb<KeyRow, boolean> {
  const sql = `DELETE FROM ${tables[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const name = nameOf(sql);
  return { alone: ({ key }) => ({ sql, name, parameters: [key.namespace, key.identifier], read: affectedAnyRow }) };
}

/** What a state has left. */
export function readingTtl({ state }: PostgresTables): Verb<KeyRow, number | null | undefined> {
  const sql = `SELECT (expires_at - ${NOW})::text AS ttl FROM ${state} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const name = nameOf(sql);
  return {
    alone: ({ key }) => ({
      sql,
      name,
      parameters: [key.namespace, key.identifier],
      read: ({ records }) => (records.length === 0 ? undefined : toInteger(columnValue(records[0], 'ttl'))),
    }),
  };
}

/** Gives a live state a new deadline. */
export function writingTtl({ state }: PostgresTables): Verb<ExpiryRow, boolean> {
  const sql = `UPDATE ${state} SET expires_at = ${deadlineIn('$3')} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const name = nameOf(sql);
  return {
    alone: ({ key, ttlMs }) => ({
      sql,
      name,
      parameters: [key.namespace, key.identifier, ttlMs],
      read: affectedAnyRow,
    }),
  };
}

/** Expired rows count towards the limit and are left out afterwards, so that no page reads more than `limit` rows. */
export function readingPage({ state }: PostgresTables): Verb<PageRow, ScanPage> {
  return {
    alone: ({ namespace, range, limit }) => {
      const start = `identifier ${range.startIsSeen ? '>' : '>='} $3`;
      const end = range.end === null ? '' : ' AND identifier < $4';
      return {
        sql: `SELECT identifier, ${IS_LIVE} AS is_live FROM ${state}
          WHERE namespace = $1 AND ${start}${end} ORDER BY identifier LIMIT $2`,
        parameters: [namespace, limit, range.start, ...(range.end === null ? [] : [range.end])],
        read: ({ records }) => ({
          identifiers: records.filter((row) => columnValue(row, 'is_live') === true).map(identifierOf),
          last: records.length < limit ? null : identifierOf(records.at(-1)),
        }),
      };
    },
  };
}

function identifierOf(row: unknown): string {
  return String(columnValue(row, 'identifier'));
}
