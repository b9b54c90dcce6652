import { InvalidOptionsError } from '../errors/usage-errors.js';
import { sharedClass } from '../errors/shared-class.js';
import type { CompareAndSetOptions, IncrementOptions, SetStateOptions, UpdateOptions } from './operation-options.js';
import type { StateDocument, StorableState } from './state-document.js';

/**
 * The contract of every backend, and the token that the app injects. Rule numbers refer to `docs/reference/contract.md`.
 *
 * For every method:
 * - Before `start` and after `stop` it rejects with {@link StorageNotStartedError} (LC-2).
 * - An identifier is a well-formed string of 1 to 512 UTF-8 bytes without U+0000, compared exactly. Any other value
 *   rejects with {@link InvalidIdentifierError} and changes nothing (ID-1, ID-2).
 * - An unknown option name or a wrong option rejects with {@link InvalidOptionsError} (ER-2).
 * - Namespaces are separate, and so are states and counters (NS-1, NS-2).
 * - From its deadline on an entry is absent, by the server's clock if it has one (TTL-2, TTL-3). Deadlines of any length
 *   work, a clock that steps back loses nothing (TTL-4), and expired entries are swept (TTL-5).
 * - An outage rejects with {@link StorageUnavailableError}, {@link StorageTimeoutError} or {@link CircuitOpenError}, each
 *   with `outcome`, and never looks like "not found" (ST-5, ER-4). Every error is an {@link FsmStorageError} with a `code`
 *   (ER-1, ER-2, ER-3), and no rejection is unhandled (ER-5).
 * - The storage format of each backend is fixed (FMT-1, FMT-2, FMT-3).
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
@sharedClass('BaseStorage')
export abstract class BaseStorage {
  /** The name of the technology, as health bodies and errors show it. */
  get backend(): string {
    return 'custom';
  }

  /** The namespace of every identifier of this storage (NS-1). */
  get namespace(): string {
    return 'fsm';
  }

  /**
   * A storage for another namespace over the same connection, started and stopped with this one.
   * {@link FsmStorageModule.forFeature} calls it (NS-4).
   * @throws {@link InvalidOptionsError} when `namespace` is not 1 to 64 characters of `A-Z a-z 0-9 . _ -`, or a custom
   * storage does not override this method
   */
  withNamespace(namespace: string): BaseStorage {
    throw new InvalidOptionsError(this.constructor.name, [
      `namespace: cannot open "${namespace}", because this storage does not override withNamespace()`,
    ]);
  }

  /**
   * The live state, deeply equal to what was written (ST-1); null: there is none. The caller may change the document.
   * @typeParam T - the type of the state; what is stored is not compared with it
   * @throws {@link CorruptStateError} when the stored value is not a state (ST-4)
   */
  abstract getState<T extends StorableState<T> = StateDocument>(identifier: string): Promise<T | null>;

  /**
   * Writes a state, replaces any state that is there, and sets its deadline (TTL-6).
   * @throws {@link InvalidStateError} when `state` is not a plain JSON object; the message has the path (ST-2)
   * @throws {@link StateTooLargeError} when it is larger than `maxStateBytes` (ST-3)
   * @throws {@link InvalidTtlError} when `ttl` is not 0 to 100 years or `'keep'` (TTL-1)
   * @throws {@link InvalidOptionsError} when an option is unknown
   */
  abstract setState<T extends StorableState<T> = StateDocument>(
    identifier: string,
    state: T | StateDocument,
    options?: SetStateOptions,
  ): Promise<void>;

  /**
   * Removes a state. Returns true if a live one was there.
   * @throws {@link InvalidIdentifierError} when `identifier` is invalid (ID-1)
   */
  abstract deleteState(identifier: string): Promise<boolean>;

  /**
   * Writes `next` and returns true only if the live state deeply equals `expected` (CAS-1), or if there is none and
   * `expected` is null or left out (CAS-2). An expected document never matches an absent state (CAS-3). Otherwise
   * returns false and changes nothing. Atomic across processes; a lost race is false, never an error (CAS-4).
   * {@link BaseStorage.update} retries for you.
   *
   * **Without `ttl` the state gets a new deadline**, that of `defaultTtl`, or none: a state that was to expire stays. `'keep'`
   * preserves the deadline (TTL-6).
   * @throws {@link InvalidStateError} when `next` or `expected` is not a plain JSON object (ST-2)
   * @throws {@link StateTooLargeError} when `next` is larger than `maxStateBytes` (ST-3)
   * @throws {@link InvalidTtlError} when `ttl` is not 0 to 100 years or `'keep'` (TTL-1)
   * @throws {@link InvalidOptionsError} when an option is unknown
   *
   * @example
   * ```ts
   * import type { BaseStorage } from 'nestjs-fsm-storage';
   *
   * async function pay(storage: BaseStorage, order: string): Promise<boolean> {
   *   const expected = await storage.getState(order);
   *   if (expected?.['name'] !== 'Order:cart') return false;
   *   return storage.compareAndSet(order, { ...expected, name: 'Order:paying' }, { expected, ttl: 'keep' });
   * }
   * ```
   */
  abstract compareAndSet<T extends StorableState<T> = StateDocument, Expected extends StorableState<Expected> = T>(
    identifier: string,
    next: T | StateDocument,
    options?: CompareAndSetOptions<Expected | StateDocument>,
  ): Promise<boolean>;

  /**
   * Adds an amount (default 1) to a counter, atomically across processes, and returns the new total (CNT-1). An absent or
   * expired counter starts from 0 (CNT-2). Value and deadline change in one step (CNT-3).
   * @throws {@link InvalidAmountError} when `amount` is not a safe integer (CNT-4)
   * @throws {@link CounterOverflowError} when the total would leave ±(2^53 − 1); the counter is unchanged (CNT-4)
   * @throws {@link CorruptStateError} when the stored value is not a counter
   * @throws {@link InvalidTtlError} when `ttl` is not 0 to 100 years (TTL-1)
   * @throws {@link InvalidOptionsError} when an option is wrong or unknown
   *
   * @example
   * ```ts
   * import type { BaseStorage } from 'nestjs-fsm-storage';
   *
   * // At most ten messages a minute: the first one starts the minute.
   * async function mayWrite(storage: BaseStorage, user: string): Promise<boolean> {
   *   return (await storage.increment(`messages:${user}`, 1, { ttl: 60, refresh: false })) <= 10;
   * }
   * ```
   */
  abstract increment(identifier: string, amount?: number, options?: IncrementOptions): Promise<number>;

  /**
   * The identifiers of live states that match a glob, each once, in no particular order (LS-1). An identifier that exists
   * during the whole listing is returned (LS-3). {@link BaseStorage.scanKeys} streams them.
   * @param pattern - matches the whole identifier, case-sensitive, by code point: `*`, `?`, `[abc]`, `[a-z]`, `[^a]`, `\x`
   * (LS-2); default `*`
   * @throws {@link InvalidPatternError} when the pattern has an unclosed `[`, a trailing `\` or more than 1,024 UTF-8 bytes
   */
  abstract listKeys(pattern?: string): Promise<string[]>;

  /**
   * Removes every state and counter of this namespace, in bounded batches. Returns how many live ones it removed (NS-3).
   * If it fails after it has removed some, the error says so and has the outcome `unknown`; another call removes the rest.
   * @throws {@link StorageUnavailableError} when the backend fails
   */
  abstract clearNamespace(): Promise<number>;

  /** Whether a round trip to the backend succeeds within `healthTimeout` milliseconds. Never rejects (HL-1, HL-2). */
  abstract health(): Promise<boolean>;

  /**
   * Connects, and creates or checks the schema. The storage is ready when it resolves. A second call has no effect; after a
   * failure it may be called again (LC-1). In Nest, the module calls it (LC-3).
   * @throws {@link StorageUnavailableError} when the backend cannot be reached
   * @throws {@link MissingDependencyError} when the backend's package is not installed
   * @throws {@link InvalidOptionsError} when an option turns out to be wrong only now, such as a path that is a folder
   */
  abstract start(): Promise<void>;

  /**
   * Waits for operations in flight and closes what `start` opened. A second call has no effect; `start` works again (LC-1).
   * @throws {@link StorageUnavailableError} when the connection cannot be closed cleanly
   */
  abstract stop(): Promise<void>;

  /**
   * The same as {@link BaseStorage.listKeys}, streamed in bounded memory; leaving the loop ends the listing (LS-4). On
   * Redis, an identifier may come twice while the server resizes its table.
   * @throws {@link InvalidPatternError} as `listKeys` does, at the first step of the loop
   *
   * @example
   * ```ts
   * import type { BaseStorage } from 'nestjs-fsm-storage';
   *
   * async function firstCart(storage: BaseStorage): Promise<string | undefined> {
   *   for await (const identifier of storage.scanKeys('cart:*')) return identifier;
   *   return undefined;
   * }
   * ```
   */
  abstract scanKeys(pattern?: string): AsyncIterable<string>;

  /**
   * The live states of many identifiers, in the same order; null: there is none.
   * @typeParam T - the type of each state; what is stored is not compared with it
   * @throws {@link InvalidIdentifierError} when `identifiers` is not an array, or one of them is invalid (ID-1)
   * @throws {@link CorruptStateError} when one of the stored values is not a state (ST-4)
   */
  abstract getStates<T extends StorableState<T> = StateDocument>(identifiers: readonly string[]): Promise<(T | null)[]>;

  /**
   * Reads a state, changes it and writes it only if no other caller has changed it meanwhile; otherwise tries again (CAS-5).
   * Callers in this process that update the same identifier queue up.
   * @param change - gets a private copy of the live state, or null, and returns the next state, or null to delete it. It
   * must be synchronous and may be called more than once.
   * @returns the state stored now; null: it is deleted or was never there
   * @throws {@link ContentionError} when every attempt lost to another writer; nothing was written
   * @throws {@link InvalidStateError} when `change` returns a promise or anything else that is not a plain JSON object or
   * null (ST-2)
   * @throws {@link StateTooLargeError} when the next state is larger than `maxStateBytes` (ST-3)
   * @throws {@link CorruptStateError} when the stored value is not a state (ST-4)
   * @throws {@link InvalidTtlError} when `ttl` is not 0 to 100 years or `'keep'` (TTL-1)
   * @throws {@link InvalidOptionsError} when `change` is not a function, or an option is wrong or unknown
   *
   * @example
   * ```ts
   * import type { BaseStorage } from 'nestjs-fsm-storage';
   *
   * async function addVisit(storage: BaseStorage, user: string): Promise<void> {
   *   await storage.update<{ visits: number }>(user, (current) => ({ visits: (current?.visits ?? 0) + 1 }));
   * }
   * ```
   */
  abstract update<T extends StorableState<T> = StateDocument>(
    identifier: string,
    change: (current: T | null) => T | null,
    options?: UpdateOptions,
  ): Promise<T | null>;

  /**
   * The seconds that a live state has left. **null and undefined differ**: null, it never expires; undefined, there is none.
   * @throws {@link InvalidIdentifierError} when `identifier` is invalid (ID-1)
   *
   * @example
   * ```ts
   * import type { BaseStorage } from 'nestjs-fsm-storage';
   *
   * async function describeTtl(storage: BaseStorage, identifier: string): Promise<string> {
   *   const ttl = await storage.getTtl(identifier);
   *   if (ttl === undefined) return 'there is no state';
   *   if (ttl === null) return 'it never expires';
   *   return `it expires in ${ttl} seconds`;
   * }
   * ```
   */
  abstract getTtl(identifier: string): Promise<number | null | undefined>;

  /**
   * Gives a live state a new deadline and changes nothing else (TTL-6). Returns false if there is no state.
   * @param ttl - seconds from now, 0 to 100 years; `0`: never expires
   * @throws {@link InvalidTtlError} when `ttl` is not 0 to 100 years (TTL-1)
   */
  abstract touch(identifier: string, ttl: number): Promise<boolean>;

  /**
   * The counter's total; null: there is none.
   * @throws {@link CorruptStateError} when the stored value is not a counter
   */
  abstract getCounter(identifier: string): Promise<number | null>;

  /**
   * Removes a counter. Returns true if a live one was there.
   * @throws {@link InvalidIdentifierError} when `identifier` is invalid (ID-1)
   */
  abstract deleteCounter(identifier: string): Promise<boolean>;

  /**
   * The identifiers of live counters that match a glob, as {@link BaseStorage.listKeys} returns those of states (CNT-5).
   * @throws {@link InvalidPatternError} as `listKeys` does
   */
  abstract listCounters(pattern?: string): Promise<string[]>;

  /**
   * The same as {@link BaseStorage.listCounters}, streamed as by {@link BaseStorage.scanKeys} (CNT-5).
   * @throws {@link InvalidPatternError} as `scanKeys` does
   */
  abstract scanCounters(pattern?: string): AsyncIterable<string>;

  /**
   * The seconds that a live counter has left; null: it never expires; undefined: there is no counter (CNT-5).
   * @throws {@link InvalidIdentifierError} when `identifier` is invalid (ID-1)
   */
  abstract getCounterTtl(identifier: string): Promise<number | null | undefined>;

  /**
   * Gives a live counter a new deadline and changes nothing else (CNT-5). Returns false if there is no counter.
   * @param ttl - seconds from now, 0 to 100 years; `0`: never expires
   * @throws {@link InvalidTtlError} when `ttl` is not 0 to 100 years (TTL-1)
   */
  abstract touchCounter(identifier: string, ttl: number): Promise<boolean>;
}
