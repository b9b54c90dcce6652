import type { EntryKind, Expiry, StateWrite, StorageKey, WriteExpiry } from '../../../contract/storage-driver.js';
import type { Outcome } from '../../../errors/backend.error.js';
import type { SqlValue, StatementResult } from '../data-source.js';

/** One statement, and what its result means. */
export interface Statement<T> {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  readonly read: (result: StatementResult) => T;
}

/** Identifiers of one namespace from `start` on (after it, once it was seen) and below `end`; null: no bound. */
export interface IdentifierRange {
  readonly start: string;
  readonly startIsSeen: boolean;
  readonly end: string | null;
}

/** Part of a listing. */
export interface ScanPage {
  /** Those of live states. */
  readonly identifiers: readonly string[];
  /** Where the next page goes on; null: this was the last. */
  readonly last: string | null;
}

/** What a batch of `clear` removed. */
export interface ClearedBatch {
  readonly removed: number;
  readonly live: number;
}

/** What a failed statement is told with. */
export interface FailedStatement {
  readonly access: 'read' | 'write';
  /** Where the data lies, as a message may name it. */
  readonly place: string;
  readonly busyTimeoutMs: number;
}

/**
 * How one database says each verb: always a single statement, atomic by itself, because TypeORM's SQLite drivers have
 * one connection for everybody and transactions on it would mix. `now` is the moment of execution, for databases
 * whose server has no clock of its own.
 */
export interface Dialect {
  /** Creates what is missing; each statement is safe to run again, also by several processes at once. */
  readonly createSchema: readonly string[];
  /** Sentences that name what is missing or wrong in one table; none: all is well. */
  verifyTable(kind: EntryKind): Statement<readonly string[]>;

  /** The stored value whatever its type, or null where there is no live state. */
  read(key: StorageKey, now: number): Statement<unknown>;
  /** Stored values in the order asked. */
  readMany(namespace: string, identifiers: readonly string[], now: number): Statement<readonly unknown[]>;
  write(key: StorageKey, write: StateWrite<string>, now: number): Statement<void>;
  remove(key: StorageKey, now: number): Statement<boolean>;

  /** Writes a state only where no live one is. */
  insertIfAbsent(key: StorageKey, next: StateWrite<string>, now: number): Statement<boolean>;
  /** Writes a state only where a live one has exactly this text. */
  replaceIfEqual(key: StorageKey, text: string, next: StateWrite<string>, now: number): Statement<boolean>;
  /** Removes a state only where a live one has exactly this text. */
  removeIfEqual(key: StorageKey, text: string, now: number): Statement<boolean>;

  /** The new total; null: it would leave the safe integers, or what is stored is none, and nothing was changed. */
  increment(key: StorageKey, amount: number, expiry: WriteExpiry, now: number): Statement<number | null>;
  /** The stored value whatever its type, or null where there is no live counter. */
  readCounter(key: StorageKey, now: number): Statement<unknown>;

  readTtl(key: StorageKey, now: number): Statement<number | null | undefined>;
  writeTtl(key: StorageKey, expiry: Expiry, now: number): Statement<boolean>;

  scanPage(namespace: string, range: IdentifierRange, limit: number, now: number): Statement<ScanPage>;
  clearBatch(namespace: string, kind: EntryKind, limit: number, now: number): Statement<ClearedBatch>;
  sweepBatch(kind: EntryKind, limit: number, now: number): Statement<number>;
  ping(): Statement<void>;

  /** Whether a failed statement may succeed once another connection lets go of its lock. */
  isBusy(error: unknown): boolean;
  translate(error: unknown, failed: FailedStatement): Error;
}

/** A settled outcome for reads; writes tell their own. */
export function outcomeOf(access: 'read' | 'write', ofWrite: Outcome): Outcome {
  return access === 'read' ? 'not-applied' : ofWrite;
}
