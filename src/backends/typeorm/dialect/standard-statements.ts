import type { EntryKind } from '../../../contract/storage-driver.js';
import type {
  Dialect,
  ExpectedRow,
  ExpiryRow,
  IdentifierRange,
  KeyRow,
  OnLive,
  PageRow,
  ScanPage,
  SqlCommand,
  SwapRow,
} from './dialect.js';
import { affectedAnyRow, columnValue, type SqlValue, type StatementResult } from './typeorm-types.js';

/** The table of each kind of entry. */
export const TABLES = { state: 'fsm_state', counter: 'fsm_counter' } as const satisfies Record<EntryKind, string>;

/** The column of each table that holds the value. */
export const VALUE_COLUMNS = { state: 'state_json', counter: 'value' } as const satisfies Record<EntryKind, string>;

/** What differs between databases in the statements that are otherwise the same. */
export interface SqlSyntax {
  /** The tables, quoted and qualified as needed. */
  readonly tables: Readonly<Record<EntryKind, string>>;
  /** The n-th parameter of a statement, from 1: `?` or `$1`. */
  readonly placeholder: (position: number) => string;
  /** Which clock decides what has expired: that of the server, or that of this process, passed as a parameter. */
  readonly clock: 'server' | 'process';
  /** The current time in epoch milliseconds: an expression of the server's clock, or the placeholder of a parameter. */
  readonly now: string;
  /** A new deadline from a parameter: `expiresAt` for a process's clock, `ttlMs` for a server's; NULL never expires. */
  readonly deadline: (placeholder: string) => string;
  /** The select list of the value, in a column named as in {@link VALUE_COLUMNS}. */
  readonly selectedValues: Readonly<Record<EntryKind, string>>;
  /** Reads the value of a row that was found; undefined: a damaged value. */
  readonly readValue: Readonly<Record<EntryKind, (row: unknown) => unknown>>;
  /** The select list of the remaining ttl, in a column named `ttl`. */
  readonly selectedTtl: string;
  /** Milliseconds left; null: the entry never expires. */
  readonly readTtl: (ttl: unknown, now: number) => number | null;
  /** Whether an UPDATE found its row, also if it already held the new values. */
  readonly matchedAnyRow: (result: StatementResult) => boolean;
  /** The name under which the server may keep a statement prepared. */
  readonly nameOf?: (sql: string) => string;
}

/** The commands that every dialect has in the same form. */
type StandardStatements = Pick<
  Dialect,
  'read' | 'readTtl' | 'writeTtl' | 'remove' | 'removeIfEqual' | 'replaceIfEqual' | 'scanPage' | 'ping'
>;

/**
 * Builds these commands once per dialect, so that a call only binds parameters. Parameters are in the order of the text,
 * for databases whose placeholder is a plain `?`; a process's `now` is the last one. Every text begins with its verb,
 * because TypeORM's `sqlite3` driver recognizes a statement that returns a row count by its first word.
 */
export function standardStatements(syntax: SqlSyntax): StandardStatements {
  return {
    read: { state: createRead('state', syntax), counter: createRead('counter', syntax) },
    readTtl: { state: createReadTtl('state', syntax), counter: createReadTtl('counter', syntax) },
    writeTtl: { state: createWriteTtl('state', syntax), counter: createWriteTtl('counter', syntax) },
    remove: { state: createRemove('state', syntax), counter: createRemove('counter', syntax) },
    removeIfEqual: createRemoveIfEqual(syntax),
    replaceIfEqual: { replace: createReplaceIfEqual('replace', syntax), keep: createReplaceIfEqual('keep', syntax) },
    scanPage: createScanPage(syntax),
    ping: createPing(syntax),
  };
}

/** The condition that a row has not expired. */
export function isLiveSql(now: string): string {
  return `(expires_at IS NULL OR expires_at > ${now})`;
}

function createRead(kind: EntryKind, syntax: SqlSyntax): SqlCommand<KeyRow, unknown> {
  const sql = `SELECT ${syntax.selectedValues[kind]} FROM ${syntax.tables[kind]} WHERE ${liveAtKey(syntax, 1)}`;
  const name = syntax.nameOf?.(sql);
  const parametersOf = keyParameters(syntax);
  const readValue = syntax.readValue[kind];
  const read = ({ records }: StatementResult): unknown => (records.length === 0 ? null : readValue(records[0]));
  return { single: (row, now) => ({ sql, name, parameters: parametersOf(row, now), read }) };
}

function createReadTtl(kind: EntryKind, syntax: SqlSyntax): SqlCommand<KeyRow, number | null | undefined> {
  const sql = `SELECT ${syntax.selectedTtl} FROM ${syntax.tables[kind]} WHERE ${liveAtKey(syntax, 1)}`;
  const name = syntax.nameOf?.(sql);
  const parametersOf = keyParameters(syntax);
  return {
    single: (row, now) => ({
      sql,
      name,
      parameters: parametersOf(row, now),
      read: ({ records }) => {
        return records.length === 0 ? undefined : syntax.readTtl(columnValue(records[0], 'ttl'), now);
      },
    }),
  };
}

function createWriteTtl(kind: EntryKind, syntax: SqlSyntax): SqlCommand<ExpiryRow, boolean> {
  const sql = `UPDATE ${syntax.tables[kind]} SET expires_at = ${syntax.deadline(syntax.placeholder(1))} WHERE ${liveAtKey(syntax, 2)}`;
  const name = syntax.nameOf?.(sql);
  const read = syntax.matchedAnyRow;
  if (syntax.clock === 'server') {
    return { single: ({ key, ttlMs }) => ({ sql, name, parameters: [ttlMs, key.namespace, key.identifier], read }) };
  }
  return {
    single: ({ key, expiresAt }, now) => ({
      sql,
      name,
      parameters: [expiresAt, key.namespace, key.identifier, now],
      read,
    }),
  };
}

function createRemove(kind: EntryKind, syntax: SqlSyntax): SqlCommand<KeyRow, boolean> {
  const sql = `DELETE FROM ${syntax.tables[kind]} WHERE ${liveAtKey(syntax, 1)}`;
  const name = syntax.nameOf?.(sql);
  const parametersOf = keyParameters(syntax);
  return { single: (row, now) => ({ sql, name, parameters: parametersOf(row, now), read: affectedAnyRow }) };
}

function createRemoveIfEqual(syntax: SqlSyntax): SqlCommand<ExpectedRow, boolean> {
  const sql = `DELETE FROM ${syntax.tables.state} WHERE ${liveAndEqualAtKey(syntax, 1)}`;
  const name = syntax.nameOf?.(sql);
  const isProcessClock = syntax.clock === 'process';
  return {
    single: ({ key, expected }, now) => {
      const parameters: SqlValue[] = [key.namespace, key.identifier, expected];
      if (isProcessClock) parameters.push(now);
      return { sql, name, parameters, read: affectedAnyRow };
    },
  };
}

/**
 * A server checks the condition again after it has waited for another writer's row lock, on the row as that writer left
 * it: of many callers that expect the same text, one wins.
 */
function createReplaceIfEqual(onLive: OnLive, syntax: SqlSyntax): SqlCommand<SwapRow, boolean> {
  const keepsDeadline = onLive === 'keep';
  const deadline = keepsDeadline ? '' : `, expires_at = ${syntax.deadline(syntax.placeholder(2))}`;
  const sql = `UPDATE ${syntax.tables.state} SET state_json = ${syntax.placeholder(1)}${deadline}
    WHERE ${liveAndEqualAtKey(syntax, keepsDeadline ? 2 : 3)}`;
  const name = syntax.nameOf?.(sql);
  const isProcessClock = syntax.clock === 'process';
  return {
    single: ({ key, expected, state, ttlMs, expiresAt }, now) => {
      const parameters: SqlValue[] = [state];
      if (!keepsDeadline) parameters.push(isProcessClock ? expiresAt : ttlMs);
      parameters.push(key.namespace, key.identifier, expected);
      if (isProcessClock) parameters.push(now);
      return { sql, name, parameters, read: syntax.matchedAnyRow };
    },
  };
}

/**
 * Pages in the order of the primary key, which is by code point. Expired rows count towards the limit and are dropped
 * afterwards, so that no page reads more than `limit` rows.
 */
function createScanPage(syntax: SqlSyntax): SqlCommand<PageRow, ScanPage> {
  const { placeholder, tables } = syntax;
  const isLive = `${isLiveSql(syntax.now)} AS is_live`;
  // A plain `?` for `now` comes first here: the select list precedes every other parameter.
  const clockParameters = syntax.clock === 'process' ? 1 : 0;
  return {
    single: ({ namespace, kind, range, limit }, now) => {
      const parameters: SqlValue[] = clockParameters === 1 ? [now] : [];
      const bind = (value: SqlValue): string => placeholder(parameters.push(value));
      const start = `namespace = ${bind(namespace)} AND identifier ${range.isStartExcluded ? '>' : '>='} ${bind(range.start)}`;
      const end = range.end === null ? '' : ` AND identifier < ${bind(range.end)}`;
      return {
        sql: `SELECT identifier, ${isLive} FROM ${tables[kind]}
          WHERE ${start}${end} ORDER BY identifier LIMIT ${bind(limit)}`,
        parameters,
        read: ({ records }) => toScanPage(records, limit),
      };
    },
  };
}

function toScanPage(records: readonly unknown[], limit: number): ScanPage {
  // SQLite can hold bytes in a text column. They sort after every text, so a page that holds some is the last.
  const rows = records.filter((row) => typeof columnValue(row, 'identifier') === 'string');
  return {
    identifiers: rows.filter(isLiveRow).map((row) => String(columnValue(row, 'identifier'))),
    last: rows.length < limit ? null : String(columnValue(rows.at(-1), 'identifier')),
  };
}

/** Whether the column `is_live` of a row is true; a database without booleans returns 1, as a number or as text. */
export function isLiveRow(row: unknown): boolean {
  return Number(columnValue(row, 'is_live')) === 1;
}

/** Checks that the table can be read. No identifier is empty, so it reads no row, however many dead rows there are. */
function createPing({ tables }: SqlSyntax): SqlCommand<null, void> {
  const sql = `SELECT 1 FROM ${tables.state} WHERE namespace = '' AND identifier = ''`;
  return { single: () => ({ sql, parameters: [], read: () => undefined }) };
}

/** The live row of a key. Parameters from `first` on: namespace, identifier, and `now` of a process's clock. */
function liveAtKey({ placeholder, now }: SqlSyntax, first: number): string {
  return `namespace = ${placeholder(first)} AND identifier = ${placeholder(first + 1)} AND ${isLiveSql(now)}`;
}

/** As `liveAtKey`, with the expected text after the identifier. */
function liveAndEqualAtKey({ placeholder, now }: SqlSyntax, first: number): string {
  const [namespace, identifier, expected] = [first, first + 1, first + 2].map(placeholder);
  return `namespace = ${namespace} AND identifier = ${identifier} AND state_json = ${expected} AND ${isLiveSql(now)}`;
}

function keyParameters({ clock }: SqlSyntax): (row: KeyRow, now: number) => SqlValue[] {
  return clock === 'server'
    ? ({ key }) => [key.namespace, key.identifier]
    : ({ key }, now) => [key.namespace, key.identifier, now];
}

const LAST_CODE_POINT = 0x10ffff;

/**
 * The identifiers that begin with a prefix, as a range in code point order: from the prefix itself up to the first text
 * that is greater than all of them. A range is exact and uses the primary key; LIKE would need escapes, ignores case and
 * reads every row.
 */
export function identifierRange(prefix: string): IdentifierRange {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === LAST_CODE_POINT) codePoints.pop();
  // The end replaces the last code point that has a successor by that successor, and drops the rest.
  const last = codePoints.pop();
  const end = last === undefined ? null : String.fromCodePoint(...codePoints, nextCodePoint(last));
  return { start: prefix, isStartExcluded: false, end };
}

/** Surrogates are not characters: a text cannot hold a single one. */
function nextCodePoint(codePoint: number): number {
  return codePoint === 0xd7ff ? 0xe000 : codePoint + 1;
}
