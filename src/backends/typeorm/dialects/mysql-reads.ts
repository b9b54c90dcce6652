import type { EntryKind } from '../../../contract/storage-driver.js';
import type { KeyRow, ManyRow, PageRow, ScanPage, Statement, Verb } from './dialect.js';
import { AT_KEY, IS_LIVE, keyOf, NOW_MS, toSafeInteger } from './mysql-words.js';
import { column, storedValue } from './results.js';
import { TABLES, VALUE_COLUMNS } from './tables.js';

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
      const found = new Map(records.map((row) => [column(row, 'identifier'), storedValue(row, 'state_json')]));
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
      return records.length === 0 ? undefined : (toSafeInteger(column(records[0], 'left_ms')) ?? null);
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
        identifiers: records.filter(isLive).map((row) => String(column(row, 'identifier'))),
        last: records.length < limit ? null : String(column(records.at(-1), 'identifier')),
      }),
    };
  },
};

/** A row of which a statement told whether it is live. */
export function isLive(row: unknown): boolean {
  return Number(column(row, 'is_live')) === 1;
}
