import type { Clock } from './clock.js';

/** A value or a promise of it. A driver inside the process avoids the cost of promises. */
export type Awaitable<T> = T | Promise<T>;

/** The two kinds of entries. They are separate: the same identifier may name one of each (rule NS-2). */
export type EntryKind = 'state' | 'counter';

/** The full address of an entry. Every part is validated before a driver sees it. */
export interface StorageKey {
  readonly namespace: string;
  readonly kind: EntryKind;
  readonly identifier: string;
}

/** A deadline in two forms. A driver whose server has a clock uses `ttlMs`, every other driver `expiresAt`. */
export interface Expiry {
  /** Whole milliseconds from now, at least 1; null: never expires. */
  readonly ttlMs: number | null;
  /** Whole milliseconds since the Unix epoch, by the injected clock; null: never expires. */
  readonly expiresAt: number | null;
}

/** The deadline of a write. With `onLive: 'keep'` a live entry keeps its deadline, and only a new entry gets this one. */
export interface WriteExpiry extends Expiry {
  readonly onLive: 'replace' | 'keep';
}

/** A state to write. */
export interface StateWrite<Encoded> {
  readonly state: Encoded;
  readonly expiry: WriteExpiry;
}

/** The state that a compare-and-set expects. */
export interface ExpectedState<Encoded> {
  /** Its encoded form. For text: equal texts are equal states. */
  readonly encoded: Encoded;
  /**
   * Whether a stored value is this state, in any key order and spacing. Never throws; false for a damaged value. A driver
   * that compares texts calls this when they differ: another program may have written the same state as another text.
   */
  matches(stored: Encoded): boolean;
}

/** The argument of {@link StorageDriver.open}. */
export interface DriverContext {
  /** The storage's clock. It decides which entries have expired, unless the server has a clock. */
  readonly clock: Clock;
  /** Reports an error that has no caller: a client's `error` event, a failed sweep. Never throws. */
  reportBackgroundError(error: unknown): void;
}

/**
 * The form of states that a driver stores: `text` is canonical JSON (rule FMT-1); `document` is a validated private copy
 * that the driver may keep and must not change.
 */
export type StateEncoding = 'text' | 'document';

/**
 * The interface that every backend implements: primitive verbs without rules. Identifiers, ttl, patterns and states are
 * validated and encoded before a driver sees them, so a driver contains only what is specific to its technology.
 * `docs/guide/custom-backend.md` shows how to write one, and {@link describeStorageContract} tests it.
 *
 * For every verb:
 * - From its deadline on an entry is absent, swept or not (rule TTL-2).
 * - A verb that changes something is atomic, also between processes that share the backend.
 * - A failure is thrown, never returned as "not found" (rule ST-5). {@link StorageUnavailableError} and
 *   {@link StorageTimeoutError} pass unchanged; any other error becomes a {@link StorageUnavailableError}, with the outcome
 *   `not-applied` for a read and `unknown` for a write.
 *
 * @typeParam Encoded - `string` for the `text` encoding, `StateDocument` for `document`.
 *
 * @example
 * ```ts
 * import { FsmStorage, MemoryDriver, type StateDocument, type StorageDriver } from 'nestjs-fsm-storage';
 *
 * const driver: StorageDriver<StateDocument> = new MemoryDriver(); // or your own
 * const storage = new FsmStorage(driver, { namespace: 'orders' });
 * await storage.start();
 * ```
 */
export interface StorageDriver<Encoded = string> {
  /** The name of the technology in health bodies, errors and telemetry, e.g. `redis`: of the store, not of its client. */
  readonly backend: string;
  readonly encoding: StateEncoding;

  /**
   * Connects, and creates or checks the schema. Called again after `close`, and after an `open` that failed.
   * @throws {@link StorageUnavailableError} when the backend cannot be reached
   * @throws {@link MissingDependencyError} when a package is not installed
   */
  open(context: DriverContext): Awaitable<void>;
  /** Closes what `open` opened, but nothing that the app owns. Called once for each `open`, also for a failed one. */
  close(): Awaitable<void>;
  /**
   * Makes a real round trip.
   * @throws {@link StorageUnavailableError} when the backend does not respond
   */
  ping(): Awaitable<void>;

  /**
   * The stored state; null: there is no live one.
   * @throws {@link CorruptStateError} when the stored value cannot be an encoded state
   */
  read(key: StorageKey): Awaitable<Encoded | null>;
  /** The states of many identifiers of one namespace, in the same order; null: there is no live one. */
  readMany(namespace: string, identifiers: readonly string[]): Awaitable<readonly (Encoded | null)[]>;
  /** Writes a state and replaces any state that is there. */
  write(key: StorageKey, write: StateWrite<Encoded>): Awaitable<void>;
  /** Removes a state or counter. Returns true if it was live. */
  remove(key: StorageKey): Awaitable<boolean>;
  /**
   * Replaces `expected` (null: no live state) by `next` (null: removes it) and returns true. If something else is stored,
   * changes nothing and returns false: a lost race is not an error.
   */
  compareAndSet(
    key: StorageKey,
    expected: ExpectedState<Encoded> | null,
    next: StateWrite<Encoded> | null,
  ): Awaitable<boolean>;

  /**
   * Adds `amount` to a counter and sets its deadline in the same step. A counter that is not live starts from 0. Returns
   * the new total, or `overflow` with the counter unchanged when the total would leave ±`Number.MAX_SAFE_INTEGER`.
   * @throws {@link CorruptStateError} when the stored value is not a counter
   */
  increment(key: StorageKey, amount: number, expiry: WriteExpiry): Awaitable<number | 'overflow'>;
  /**
   * The counter's total; null: there is no live one.
   * @throws {@link CorruptStateError} when the stored value is not a counter
   */
  readCounter(key: StorageKey): Awaitable<number | null>;

  /** Milliseconds that a live entry has left; null: it never expires; undefined: there is no live one. */
  readTtl(key: StorageKey): Awaitable<number | null | undefined>;
  /** Gives a live entry a new deadline and changes nothing else. Returns false if there is no live one. */
  writeTtl(key: StorageKey, expiry: Expiry): Awaitable<boolean>;

  /**
   * Identifiers of live entries of a kind that start with `literalPrefix`, in bounded batches. May yield identifiers that do not
   * match (they are filtered out) and one identifier twice, but must not miss any. Must not block other clients.
   */
  scan(namespace: string, literalPrefix: string, kind: EntryKind): AsyncIterable<readonly string[]>;
  /** Removes every entry of a namespace in bounded batches. Yields how many live ones each batch removed. */
  clear(namespace: string): AsyncIterable<number>;
  /** Removes up to `limit` expired entries of any namespace and returns how many; 0 if the server removes them itself. */
  sweep(limit: number): Awaitable<number>;
}
