import type { EntryKind, Expiry, StorageKey, WriteExpiry } from '../../../contract/storage-driver.js';
import type { Outcome } from '../../../errors/backend-errors.js';
import type { SqlValue, StatementResult } from './typeorm-types.js';

/** One statement, and what its result means. */
export interface Statement<Answer> {
  readonly sql: string;
  /**
   * Under which a server may keep it prepared; undefined: it goes without. For a text that is always the same and finds
   * its one row by the primary key, so that no plan is better for some parameters than for others.
   */
  readonly name?: string | undefined;
  readonly parameters: SqlValue[];
  readonly read: (result: StatementResult) => Answer;
  /** What a failure means that is an answer; undefined: it is none. */
  readonly readFailure?: ((error: unknown) => Answer | undefined) | undefined;
}

/**
 * How a database says one kind of operation: always a single statement, atomic by itself. `now` is the moment of
 * execution, for databases whose server has no clock of its own.
 */
export interface Verb<Row, Answer> {
  alone(row: Row, now: number): Statement<Answer>;
  /** How many of this kind are said at once; undefined: each goes alone. */
  readonly shared?: SharedVerb<Row, Answer> | undefined;
}

/** One statement for many rows. Where it is done, the outcome is as if each had been done alone, in their order. */
export interface SharedVerb<Row, Answer> {
  /** No two rows have the same key. Answers in the order of the rows. */
  together(rows: readonly Row[], now: number): Statement<readonly Answer[]>;
  keyOf(row: Row): StorageKey;
  /** How long its text is. */
  lengthOf(row: Row): number;
  /** One row that does what both do, one after the other; undefined: there is none. */
  merge(earlier: Row, later: Row, now: number): Row | undefined;
  /**
   * What one caller is told when `merged` was done: `upTo` is what it and those before it asked for. `ASK_ALONE`: only
   * a statement of its own can tell.
   */
  answerOf(answer: Answer, merged: Row, upTo: Row): Answer | typeof ASK_ALONE;
}

/** Where many were refused together, each may still be granted. */
export const ASK_ALONE = Symbol('ask alone');

/** What an operation on one entry is about. */
export interface KeyRow {
  readonly key: StorageKey;
}

/** An entry's new deadline, told both ways: a server with a clock of its own goes by `ttlMs`. */
export interface ExpiryRow extends KeyRow, Expiry {}

/** A state to write. */
export interface StateRow extends ExpiryRow {
  readonly state: string;
}

/** A state to remove where it has exactly this text. */
export interface ExpectedRow extends KeyRow {
  readonly expected: string;
}

/** A state to write where another one has exactly this text. */
export interface SwapRow extends StateRow, ExpectedRow {}

/** What a counter is raised by. */
export interface AmountRow extends ExpiryRow {
  readonly amount: number;
}

/** States of one namespace. */
export interface ManyRow {
  readonly namespace: string;
  readonly identifiers: readonly string[];
}

/** Identifiers of one namespace from `start` on (after it, once it was seen) and below `end`; null: no bound. */
export interface IdentifierRange {
  readonly start: string;
  readonly startIsSeen: boolean;
  readonly end: string | null;
}

/** A part of a listing that is asked for. */
export interface PageRow {
  readonly namespace: string;
  readonly range: IdentifierRange;
  readonly limit: number;
}

/** Part of a listing. */
export interface ScanPage {
  /** Those of live states. */
  readonly identifiers: readonly string[];
  /** Where the next page goes on; null: this was the last. */
  readonly last: string | null;
}

/** Expired rows to remove. */
export interface SweepBatchRow {
  readonly kind: EntryKind;
  readonly limit: number;
}

/** Rows of one namespace to remove. */
export interface ClearBatchRow extends SweepBatchRow {
  readonly namespace: string;
}

/** What a batch of `clear` came to. */
export interface ClearedBatch {
  /** Rows it found to remove. */
  readonly found: number;
  /** Those of them that it removed and that were live. */
  readonly live: number;
}

/** Clears by statements that tell of each row they remove whether it was live. */
export interface ClearingByBatches {
  readonly by: 'batches';
  /** Until it finds fewer rows than it was to: then there are no more. */
  readonly batch: Verb<ClearBatchRow, ClearedBatch>;
}

/** Clears page by page of the primary key, by statements that tell no more than how many rows they remove. */
export interface ClearingByPages {
  readonly by: 'pages';
  /** The first identifier behind the page of `limit` rows that begins with `start`; null: the page is the last. */
  readonly nextPage: Verb<ClearBatchRow & { readonly start: string }, string | null>;
  readonly removeLive: Verb<ClearPageRow, number>;
  readonly removeExpired: Verb<ClearPageRow, number>;
}

/** Rows of one namespace from the identifier `start` on, and before `end`; null: no bound. */
export interface ClearPageRow {
  readonly namespace: string;
  readonly kind: EntryKind;
  readonly start: string;
  readonly end: string | null;
}

/** What becomes of the deadline of a row that is there already. */
export type OnLive = WriteExpiry['onLive'];

/**
 * How one database says each verb. Single statements throughout: TypeORM's SQLite drivers have one connection for
 * everybody, and transactions on it would mix; to a server, one statement is one round trip.
 */
export interface Dialect {
  /** Creates what is missing; each statement is safe to run again, also by several processes at once. */
  readonly createSchema: readonly string[];
  /** Sentences that name what is missing or wrong in one table; none: all is well. */
  readonly verifyTable: Verb<EntryKind, readonly string[]>;
  /** A statement without parameters or meaning: a PRAGMA, a CREATE. Gives its rows. */
  readonly execute: Verb<string, readonly unknown[]>;

  /** The stored value whatever its type, or null where there is no live entry. */
  readonly read: Readonly<Record<EntryKind, Verb<KeyRow, unknown>>>;
  /** Stored values in the order asked. */
  readonly readMany: Verb<ManyRow, readonly unknown[]>;
  /** The bytes of a stored text; undefined: the database itself refuses what is no UTF-8. */
  readonly readBytes: Verb<KeyRow, Uint8Array | null> | undefined;
  readonly write: Readonly<Record<OnLive, Verb<StateRow, void>>>;
  /** Whether a live entry was there. */
  readonly remove: Readonly<Record<EntryKind, Verb<KeyRow, boolean>>>;

  /** Writes a state only where no live one is. */
  readonly insertIfAbsent: Verb<StateRow, boolean>;
  /** Writes a state only where a live one has exactly this text. */
  readonly replaceIfEqual: Readonly<Record<OnLive, Verb<SwapRow, boolean>>>;
  /** Removes a state only where a live one has exactly this text. */
  readonly removeIfEqual: Verb<ExpectedRow, boolean>;

  /** The new total; null: it would leave the safe integers, or what is stored is none, and nothing was changed. */
  readonly increment: Readonly<Record<OnLive, Verb<AmountRow, number | null>>>;

  readonly readTtl: Verb<KeyRow, number | null | undefined>;
  readonly writeTtl: Verb<ExpiryRow, boolean>;

  readonly scanPage: Verb<PageRow, ScanPage>;
  readonly clearing: ClearingByBatches | ClearingByPages;
  /** How many were removed. */
  readonly sweepBatch: Verb<SweepBatchRow, number>;
  readonly ping: Verb<null, void>;
}

/** A settled outcome for reads; writes tell their own. */
export function outcomeOf(access: 'read' | 'write', ofWrite: Outcome): Outcome {
  return access === 'read' ? 'not-applied' : ofWrite;
}
