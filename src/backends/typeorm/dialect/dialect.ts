import type { DriverContext, EntryKind, Expiry, StorageKey, WriteExpiry } from '../../../contract/storage-driver.js';
import type { SqlValue, StatementResult } from './typeorm-types.js';

/** One statement, and how its result is read. */
export interface Statement<Result> {
  readonly sql: string;
  /**
   * The name under which a server may keep the statement prepared; undefined: it is never prepared. Only for a text that
   * never varies and finds its one row by the primary key, so that no plan is better for some parameters than for others.
   */
  readonly name?: string | undefined;
  readonly parameters: SqlValue[];
  readonly read: (result: StatementResult) => Result;
  /** The result that a failure stands for; undefined: the failure is a failure. */
  readonly readFailure?: ((error: unknown) => Result | undefined) | undefined;
}

/**
 * One kind of operation in one database: always a single statement, atomic without a transaction. `now` is the time of execution in
 * epoch milliseconds, for databases that have no clock.
 */
export interface SqlCommand<Row, Result> {
  single(row: Row, now: number): Statement<Result>;
  /** Executes many commands of this kind as one statement; undefined: each command needs a statement. */
  readonly batch?: BatchCommand<Row, Result> | undefined;
}

/** One statement for many rows. Its effect is the same as if each row had been executed singly, in their order. */
export interface BatchCommand<Row, Result> {
  /** No two rows have the same key. The results are in the order of the rows. */
  statement(rows: readonly Row[], now: number): Statement<readonly Result[]>;
  keyOf(row: Row): StorageKey;
  /** The length of the row's texts in characters. */
  lengthOf(row: Row): number;
  /** One row with the effect of both, one after the other; undefined: no single row has it. */
  merge(earlier: Row, later: Row, now: number): Row | undefined;
  /**
   * The result for one caller after `merged` was executed; `upTo` is the merge of its row and all earlier ones.
   * `RETRY_SINGLY`: it needs a separate statement for this caller.
   */
  resultOf(result: Result, merged: Row, upTo: Row): Result | typeof RETRY_SINGLY;
}

/** A merged row was rejected, but each caller's row may still be accepted. */
export const RETRY_SINGLY = Symbol('retry singly');

/** The entry that a command is for. */
export interface KeyRow {
  readonly key: StorageKey;
}

/** A new deadline in both forms: a server with a clock uses `ttlMs`. */
export interface ExpiryRow extends KeyRow, Expiry {}

/** A state to write. */
export interface StateRow extends ExpiryRow {
  readonly state: string;
}

/** A state to remove if it has exactly this text. */
export interface ExpectedRow extends KeyRow {
  readonly expected: string;
}

/** A state to write if the stored one has exactly the expected text. */
export interface SwapRow extends StateRow, ExpectedRow {}

/** An amount to add to a counter. */
export interface AmountRow extends ExpiryRow {
  readonly amount: number;
}

/** States of one namespace. */
export interface ManyRow {
  readonly namespace: string;
  readonly identifiers: readonly string[];
}

/** Identifiers from `start` on (or after it) and below `end`; null: no upper bound. */
export interface IdentifierRange {
  readonly start: string;
  /** The previous page has returned `start` already. */
  readonly isStartExcluded: boolean;
  readonly end: string | null;
}

/** One page of a listing. */
export interface PageRow {
  readonly namespace: string;
  readonly kind: EntryKind;
  readonly range: IdentifierRange;
  readonly limit: number;
}

/** The result of a `PageRow`. */
export interface ScanPage {
  /** Identifiers of live entries. */
  readonly identifiers: readonly string[];
  /** The next page starts after this identifier; null: this was the last page. */
  readonly last: string | null;
}

/** Expired rows to remove. */
interface SweepBatchRow {
  readonly kind: EntryKind;
  readonly limit: number;
}

/** Rows of one namespace to remove. */
export interface ClearBatchRow extends SweepBatchRow {
  readonly namespace: string;
}

/** The result of one batch of `clear`. */
interface ClearedBatch {
  /** How many rows it found. */
  readonly found: number;
  /** How many live rows it removed. */
  readonly live: number;
}

/** Clears with statements that report for each removed row whether it was live. */
export interface ClearingByBatches {
  readonly by: 'batches';
  /** Repeated until it finds fewer rows than its limit: then none are left. */
  readonly batch: SqlCommand<ClearBatchRow, ClearedBatch>;
}

/** Clears page by page of the primary key, with statements that report only how many rows they remove. */
export interface ClearingByPages {
  readonly by: 'pages';
  /** The first identifier after the page of `limit` rows that begins with `start`; null: the page is the last. */
  readonly nextPage: SqlCommand<ClearBatchRow & { readonly start: string }, string | null>;
  readonly removeLive: SqlCommand<ClearPageRow, number>;
  readonly removeExpired: SqlCommand<ClearPageRow, number>;
}

/** Rows of one namespace from the identifier `start` on and below `end`; null: no upper bound. */
export interface ClearPageRow {
  readonly namespace: string;
  readonly kind: EntryKind;
  readonly start: string;
  readonly end: string | null;
}

/** Whether a write replaces or keeps the deadline of a live entry. */
export type OnLive = WriteExpiry['onLive'];

/**
 * The commands of one database. Single statements throughout: TypeORM's SQLite drivers have one connection for all
 * callers, so transactions on it would mix; with a server, one statement is one round trip.
 */
export interface Dialect {
  /** Creates missing tables; each statement may be repeated, also by several processes at once. */
  readonly createSchema: readonly string[];
  /** Sentences that name what is missing or wrong in one table; none: the table is usable. */
  readonly verifyTable: SqlCommand<EntryKind, readonly string[]>;

  /** The stored value, whatever its type; null: no live entry exists. */
  readonly read: Readonly<Record<EntryKind, SqlCommand<KeyRow, unknown>>>;
  /** Stored values in the order of the identifiers. */
  readonly readMany: SqlCommand<ManyRow, readonly unknown[]>;
  /** The bytes of a stored text; undefined: the database itself rejects text that is not UTF-8. */
  readonly readBytes: SqlCommand<KeyRow, Uint8Array | null> | undefined;
  readonly write: Readonly<Record<OnLive, SqlCommand<StateRow, void>>>;
  /** Whether it removed a live entry. */
  readonly remove: Readonly<Record<EntryKind, SqlCommand<KeyRow, boolean>>>;

  /** Writes a state if no live one exists. */
  readonly insertIfAbsent: SqlCommand<StateRow, boolean>;
  /** Writes a state if a live one has exactly the expected text. */
  readonly replaceIfEqual: Readonly<Record<OnLive, SqlCommand<SwapRow, boolean>>>;
  /** Removes a state if a live one has exactly the expected text. */
  readonly removeIfEqual: SqlCommand<ExpectedRow, boolean>;

  /** The new total; null: nothing changed, because the total would not be a safe integer or the stored value is not one. */
  readonly increment: Readonly<Record<OnLive, SqlCommand<AmountRow, number | null>>>;

  readonly readTtl: Readonly<Record<EntryKind, SqlCommand<KeyRow, number | null | undefined>>>;
  readonly writeTtl: Readonly<Record<EntryKind, SqlCommand<ExpiryRow, boolean>>>;

  readonly scanPage: SqlCommand<PageRow, ScanPage>;
  readonly clearing: ClearingByBatches | ClearingByPages;
  /** How many rows it removed. */
  readonly sweepBatch: SqlCommand<SweepBatchRow, number>;
  readonly ping: SqlCommand<null, void>;
}

/** Where a driver's statements go: a DataSource that we own, or one that the app owns. */
export interface SqlConnection {
  /** The driver's `backend`: the name of the database, whoever owns the DataSource. */
  readonly backend: string;
  readonly dialect: Dialect;
  /** Where the data is, as a message may show it. */
  readonly location: string;

  /** Connects. The session is valid until `close`. */
  open(context: DriverContext): Promise<SqlSession>;
  /** Finds out where the tables are to be, before the schema is prepared. From then on `dialect` names the place. */
  settle?(session: SqlSession): Promise<void>;
  /** Sets up the connection, once the schema is verified. */
  configure?(session: SqlSession): Promise<void>;
  /** Part of `ping`, after its statement: rejects if the data is readable here but no longer reachable for others. */
  check?(): Promise<void>;
  /** Closes what `open` opened. */
  close(): Promise<void>;
}

/** Executes commands, each as (or as part of) a single statement. Rejects with errors of this package. */
export interface SqlSession {
  read<Row, Result>(command: SqlCommand<Row, Result>, row: Row): Promise<Result>;
  write<Row, Result>(command: SqlCommand<Row, Result>, row: Row): Promise<Result>;
  /** Executes a statement without parameters, such as PRAGMA or CREATE, and returns its rows. */
  execute(sql: string): Promise<readonly unknown[]>;
}

/** The command behind {@link SqlSession.execute}. */
export const EXECUTE: SqlCommand<string, readonly unknown[]> = {
  single: (sql) => ({ sql, parameters: [], read: ({ records }) => records }),
};
