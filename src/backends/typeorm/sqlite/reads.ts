import type { EntryKind } from '../../../contract/storage-driver.js';
import type { StatementResult } from '../dialect/typeorm-types.js';
import type { KeyRow, ManyRow, PageRow, ScanPage, Statement, Verb } from '../dialect/dialect.js';
import { columnValue, storedValue, TABLES, VALUE_COLUMNS } from '../dialect/result-row.js';
import { AT_KEY, IS_LIVE } from './fragments.js';

/** Reads by key; those of one turn are one statement, in which any key may come twice. */
export function readingOf(kind: EntryKind): Verb<KeyRow, unknown> {
  const name = VALUE_COLUMNS[kind];
  const alone = `SELECT ${name} FROM ${TABLES[kind]} WHERE ${AT_KEY} AND ${IS_LIVE}`;
  const together = `SELECT wanted.key AS position, ${TABLES[kind]}.${name} AS ${name}
    FROM json_each(?) AS wanted CROSS JOIN ${TABLES[kind]}
    ON namespace = wanted.value ->> 0 AND identifier = wanted.value ->> 1 WHERE ${IS_LIVE}`;
  const read = ({ records }: StatementResult): unknown => {
    return records.length === 0 ? null : storedValue(records[0], name);
  };
  return {
    alone: ({ key }, now) => ({ sql: alone, parameters: [key.namespace, key.identifier, now], read }),
    shared: {
      together: (rows, now) => ({
        sql: together,
        parameters: [JSON.stringify(rows.map(({ key }) => [key.namespace, key.identifier])), now],
        read: ({ records }) => inOrder(records, rows.length, name),
      }),
      keyOf: ({ key }) => key,
      lengthOf: () => 0,
      merge: (earlier) => earlier,
      answerOf: (answer) => answer,
    },
  };
}

const READ_MANY = `SELECT wanted.key AS position, state_json FROM json_each(?) AS wanted
  CROSS JOIN fsm_state ON namespace = ? AND identifier = wanted.value WHERE ${IS_LIVE}`;

/** States in the order asked. */
export const readMany: Verb<ManyRow, readonly unknown[]> = {
  alone: ({ namespace, identifiers }, now) => ({
    sql: READ_MANY,
    parameters: [JSON.stringify(identifiers), namespace, now],
    read: ({ records }) => inOrder(records, identifiers.length, 'state_json'),
  }),
};

function inOrder(records: readonly unknown[], length: number, name: string): readonly unknown[] {
  const values: unknown[] = new Array(length).fill(null);
  for (const row of records) values[Number(columnValue(row, 'position'))] = storedValue(row, name);
  return values;
}

const READ_BYTES = `SELECT hex(state_json) AS bytes FROM fsm_state WHERE ${AT_KEY} AND ${IS_LIVE}`;

/** The bytes of a state's text. As hexadecimal, because a driver decodes what is a text. */
export const readBytes: Verb<KeyRow, Uint8Array | null> = {
  alone: ({ key }, now) => ({
    sql: READ_BYTES,
    parameters: [key.namespace, key.identifier, now],
    read: ({ records }) => {
      return records.length === 0 ? null : Buffer.from(String(columnValue(records[0], 'bytes')), 'hex');
    },
  }),
};

const READ_TTL = `SELECT expires_at FROM fsm_state WHERE ${AT_KEY} AND ${IS_LIVE}`;

/** What a state has left. */
export const readTtl: Verb<KeyRow, number | null | undefined> = {
  alone: ({ key }, now) => ({
    sql: READ_TTL,
    parameters: [key.namespace, key.identifier, now],
    read: ({ records }) => {
      if (records.length === 0) return undefined;
      const expiresAt = columnValue(records[0], 'expires_at');
      // Anything but a number, planted by another program, compares above every number: it never expires.
      return typeof expiresAt === 'number' ? Math.ceil(expiresAt - now) : null;
    },
  }),
};

/** Expired rows count towards the limit and are left out afterwards, so that no page reads more than `limit` rows. */
export const scanPage: Verb<PageRow, ScanPage> = {
  alone: ({ namespace, range, limit }, now): Statement<ScanPage> => {
    const hasEnd = range.end !== null;
    return {
      sql: `SELECT identifier, ${IS_LIVE} AS is_live FROM fsm_state
        WHERE namespace = ? AND identifier ${range.startIsSeen ? '>' : '>='} ?${hasEnd ? ' AND identifier < ?' : ''}
        ORDER BY identifier LIMIT ?`,
      parameters: [now, namespace, range.start, ...(hasEnd ? [range.end] : []), limit],
      read: ({ records }) => {
        const rows = records.filter((row) => typeof columnValue(row, 'identifier') === 'string');
        const live = rows.filter((row) => columnValue(row, 'is_live') === 1);
        // Bytes that are no text sort behind every text: a page that holds some is the last.
        const isLast = rows.length < limit;
        return {
          identifiers: live.map((row) => String(columnValue(row, 'identifier'))),
          last: isLast ? null : String(columnValue(rows.at(-1), 'identifier')),
        };
      },
    };
  },
};
