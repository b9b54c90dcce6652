import { InvalidOptionsError } from '../errors/usage-errors.js';
import type { StateDocument } from './state-document.js';

/** A time to live in seconds, fractions to the millisecond; `0`: never expires; `'keep'`: the live state's own deadline. */
export type Ttl = number | 'keep';

/** How a state is written. */
export interface SetStateOptions {
  /**
   * Seconds until the state expires; `0`: never; `'keep'`: the deadline the live state has now (rule TTL-1).
   * @defaultValue the storage's `defaultTtl`
   */
  readonly ttl?: Ttl | undefined;
}

/** What a compare-and-set asks for and how it writes. */
export interface CompareAndSetOptions extends SetStateOptions {
  /**
   * The document that must be stored now, key order aside; null: there must be none.
   * @defaultValue null
   */
  readonly expected?: StateDocument | null | undefined;
}

/** How a counter's deadline is set. */
export interface IncrementOptions {
  /**
   * Seconds until the counter expires; `0`: never. Left out: a live counter keeps its deadline, a new one gets the
   * storage's `defaultTtl` (rule CNT-3).
   */
  readonly ttl?: number | undefined;
  /**
   * false: `ttl` counts only for the call that creates the counter, as a fixed window needs.
   * @defaultValue true
   */
  readonly refresh?: boolean | undefined;
}

/** How `update` writes and how long it tries. */
export interface UpdateOptions {
  /**
   * As for `setState`.
   * @defaultValue 'keep'
   */
  readonly ttl?: Ttl | undefined;
  /**
   * How many compare-and-sets are tried before `ContentionError`; a whole number from 1.
   * @defaultValue 100
   */
  readonly attempts?: number | undefined;
}

/**
 * The promise every backend keeps, and the token the app injects. Rule numbers refer to `docs/reference/contract.md`.
 *
 * Holds for every method:
 * - before `start` and after `stop` it rejects with `StorageNotStartedError` (LC-2);
 * - an identifier is a well-formed string of 1 to 512 UTF-8 bytes without U+0000, compared exactly; anything else
 *   rejects with `InvalidIdentifierError` and touches nothing (ID-1, ID-2);
 * - namespaces never meet, states and counters never meet (NS-1, NS-2);
 * - from its deadline on an entry is absent, by the server's clock where there is one (TTL-2, TTL-3), deadlines of
 *   any length hold, a clock that steps back loses nothing (TTL-4), and what expired is swept away (TTL-5);
 * - an outage rejects with `StorageUnavailableError`, `StorageTimeoutError` or `CircuitOpenError`, each with
 *   `outcome`, and never looks like "not found" (ST-5, ER-4); every error is an `FsmStorageError` with a `code`
 *   (ER-1, ER-2, ER-3), and none escapes as an unhandled rejection (ER-5).
 *
 * Where the entries lie in each backend is fixed too (FMT-1, FMT-2, FMT-3).
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import { BaseStorage } from 'nestjs-fsm-storage';
 *
 * @Injectable()
 * export class Checkout {
 *   constructor(private readonly storage: BaseStorage) {}
 *
 *   begin(user: string): Promise<boolean> {
 *     return this.storage.compareAndSet(`checkout:${user}`, { name: 'Checkout:cart', data: { items: [] } });
 *   }
 * }
 * ```
 */
export abstract class BaseStorage {
  /** The technology behind it, as health bodies and errors name it. */
  get backend(): string {
    return 'custom';
  }

  /** The namespace every identifier lies in (NS-1). */
  get namespace(): string {
    return 'fsm';
  }

  /**
   * A storage for another namespace over the same connection, started and stopped with this one; `forFeature` asks
   * for it (NS-4).
   * @throws InvalidOptionsError when a custom storage does not override this method
   */
  withNamespace(namespace: string): BaseStorage {
    throw new InvalidOptionsError(this.constructor.name, [
      `namespace: cannot open "${namespace}", because this storage does not override withNamespace()`,
    ]);
  }

  /**
   * The live state, deeply equal to what was written and shared with nobody (ST-1); null: there is none.
   * @throws CorruptStateError when what is stored is not a state (ST-4)
   */
  abstract getState<T extends StateDocument = StateDocument>(identifier: string): Promise<T | null>;

  /**
   * Writes a state, whatever was there, with the deadline given (TTL-6).
   * @throws InvalidStateError when it is not a plain JSON object, naming the path (ST-2)
   * @throws StateTooLargeError above `maxStateBytes` (ST-3)
   * @throws InvalidTtlError for a negative, infinite or over 100 years long ttl (TTL-1)
   */
  abstract setState(identifier: string, state: StateDocument, options?: SetStateOptions): Promise<void>;

  /** Removes a state; true if a live one was there. */
  abstract deleteState(identifier: string): Promise<boolean>;

  /**
   * Writes `next` and answers true only if the live state deeply equals `expected` (CAS-1), or if there is none and
   * `expected` is null or left out (CAS-2); an expected document never matches an absent state (CAS-3). Otherwise
   * false, and nothing changes. Atomic across processes; a lost race is false, never an error (CAS-4).
   * @throws InvalidStateError, StateTooLargeError, InvalidTtlError as `setState`
   */
  abstract compareAndSet(identifier: string, next: StateDocument, options?: CompareAndSetOptions): Promise<boolean>;

  /**
   * Adds a safe integer to a counter, atomically across processes, and answers the new total (CNT-1). An absent or
   * expired counter starts from 0 (CNT-2); value and deadline change in one step (CNT-3).
   * @param amount - default 1; negative and 0 are allowed
   * @throws InvalidAmountError when `amount` is not a safe integer (CNT-4)
   * @throws CounterOverflowError when the total would leave ±(2^53 − 1); the counter is unchanged (CNT-4)
   */
  abstract increment(identifier: string, amount?: number, options?: IncrementOptions): Promise<number>;

  /**
   * The identifiers of live states that match a glob, each once, in no promised order (LS-1). One that exists during
   * the whole listing is returned (LS-3).
   * @param pattern - matched whole, case-sensitive, by code point: `*`, `?`, `[abc]`, `[a-z]`, `[^a]`, `\x` (LS-2);
   * default `*`
   * @throws InvalidPatternError for an unclosed `[` or a trailing `\`
   */
  abstract listKeys(pattern?: string): Promise<string[]>;

  /**
   * Removes every state and counter of this namespace, in bounded batches; answers how many live ones (NS-3). One that
   * fails after it has removed some says so, with the outcome `unknown`; called again it removes the rest.
   */
  abstract clearNamespace(): Promise<number>;

  /** Whether a real round trip to the backend succeeds within `healthTimeout`. Never rejects (HL-1, HL-2). */
  abstract health(): Promise<boolean>;

  /**
   * Connects and creates or checks the schema; ready when it resolves. Twice is once; after a failure it may be tried
   * again (LC-1). In Nest the module calls it (LC-3).
   */
  abstract start(): Promise<void>;

  /** Waits for operations in flight and closes what `start` opened. Twice is once; `start` works again (LC-1). */
  abstract stop(): Promise<void>;

  /**
   * The same as `listKeys`, streamed in bounded memory; breaking out of the loop ends it (LS-4). On Redis an
   * identifier may come twice while the server resizes its table.
   */
  abstract scanKeys(pattern?: string): AsyncIterable<string>;

  /** The live states of many identifiers, in the order asked; null where there is none. */
  abstract getStates(identifiers: readonly string[]): Promise<(StateDocument | null)[]>;

  /**
   * Reads, changes, and writes only if nothing changed meanwhile, until it wins (CAS-5). Local callers for one
   * identifier queue up.
   * @param change - gets a private copy of the live state, or null; gives back the next one, or null to delete it.
   * It may be called more than once.
   * @returns what is stored now; null: deleted
   * @throws ContentionError when the attempts are spent
   */
  abstract update<T extends StateDocument = StateDocument>(
    identifier: string,
    change: (current: T | null) => T | null,
    options?: UpdateOptions,
  ): Promise<T | null>;

  /** Seconds a live state has left; null: it never expires; undefined: there is no state. */
  abstract getTtl(identifier: string): Promise<number | null | undefined>;

  /** Gives a live state a new deadline and nothing else (TTL-6); false: there is no state. `0`: never expires. */
  abstract touch(identifier: string, ttl: number): Promise<boolean>;

  /** The counter's total; null: there is none. */
  abstract getCounter(identifier: string): Promise<number | null>;

  /** Removes a counter; true if a live one was there. */
  abstract deleteCounter(identifier: string): Promise<boolean>;
}
