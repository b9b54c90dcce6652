import type { Clock } from './clock.js';

/** A value, or the promise of it: a driver inside the process need not pay for a promise. */
export type Awaitable<T> = T | Promise<T>;

/** The two kinds of entry. They live apart: one identifier may name one of each (rule NS-2). */
export type EntryKind = 'state' | 'counter';

/** The full address of an entry. Every part is already checked when a driver sees it. */
export interface StorageKey {
  readonly namespace: string;
  readonly kind: EntryKind;
  readonly identifier: string;
}

/** A deadline, told both ways. A driver whose server has a clock uses `ttlMs`, every other one `expiresAt`. */
export interface Expiry {
  /** Whole milliseconds from now, at least 1; null: never expires. */
  readonly ttlMs: number | null;
  /** Whole milliseconds since the Unix epoch, by the injected clock; null: never expires. */
  readonly expiresAt: number | null;
}

/** The deadline a write gives. With `onLive: 'keep'` a live entry keeps the one it has, and only a new entry gets this. */
export interface WriteExpiry extends Expiry {
  readonly onLive: 'replace' | 'keep';
}

/** A state on its way into the store. */
export interface StateWrite<Encoded> {
  readonly state: Encoded;
  readonly expiry: WriteExpiry;
}

/** The state a compare-and-set asks for. */
export interface ExpectedState<Encoded> {
  /** Its encoded form. For text: equal texts are equal states. */
  readonly encoded: Encoded;
  /**
   * Whether a stored value is this state, key order and spacing aside. Never throws; false for a damaged value.
   * A driver that compares texts asks this when they differ: what another program wrote may be spelled otherwise.
   */
  matches(stored: Encoded): boolean;
}

/** What a driver is handed when it is opened. */
export interface DriverContext {
  /** The storage's clock; decides expiry where no server does. */
  readonly clock: Clock;
  /** Takes an error that has no caller: a client's `error` event, a failed sweep. Never throws. */
  reportBackgroundError(error: unknown): void;
}

/**
 * How a driver wants states: `text` is canonical JSON (rule FMT-1); `document` is a validated private copy that the
 * driver may hold as it is and must never change.
 */
export type StateEncoding = 'text' | 'document';

/**
 * The port every backend implements: primitive verbs and no rules. Identifiers, ttl, patterns and states arrive
 * checked and encoded, so a driver holds only what is peculiar to its technology.
 *
 * What holds for every verb:
 * - From its deadline on an entry is absent, swept or not (rule TTL-2).
 * - A verb that changes something is atomic, also between processes that share the backend.
 * - A failure is thrown, never answered as "not found" (rule ST-5). `StorageUnavailableError` and
 *   `StorageTimeoutError` pass as they are; anything else is wrapped: reads as `not-applied`, writes as `unknown`.
 *
 * @typeParam Encoded - `string` for the `text` encoding, `StateDocument` for `document`.
 */
export interface StorageDriver<Encoded = string> {
  /** Names the technology in health bodies, errors and telemetry, e.g. `redis`: where entries lie, not its client. */
  readonly backend: string;
  readonly encoding: StateEncoding;

  /** Connects and creates or checks what it needs; called again after `close`, or after an `open` that failed. */
  open(context: DriverContext): Awaitable<void>;
  /** Closes what `open` opened, nothing it was handed. Called once for each `open`, a failed one included. */
  close(): Awaitable<void>;
  /** A real round trip; rejects when the backend does not answer. */
  ping(): Awaitable<void>;

  /** The state as stored, or null where there is no live one. */
  read(key: StorageKey): Awaitable<Encoded | null>;
  /** The states of many identifiers of one namespace, in the order asked; null where there is no live one. */
  readMany(namespace: string, identifiers: readonly string[]): Awaitable<readonly (Encoded | null)[]>;
  /** Writes a state, whatever was there. */
  write(key: StorageKey, write: StateWrite<Encoded>): Awaitable<void>;
  /** Removes a state or counter; true if it was live. */
  remove(key: StorageKey): Awaitable<boolean>;
  /**
   * Puts `next` (null: nothing) in the place of `expected` (null: no live state) and answers true; where something
   * else is stored, changes nothing and answers false. A lost race is false, never an error.
   */
  compareAndSet(
    key: StorageKey,
    expected: ExpectedState<Encoded> | null,
    next: StateWrite<Encoded> | null,
  ): Awaitable<boolean>;

  /**
   * Adds `amount` to a counter, which starts from 0 where there is no live one, and sets its deadline in the same
   * step. Answers the new total, or `overflow` with the counter unchanged when the total would leave
   * ±`Number.MAX_SAFE_INTEGER`.
   */
  increment(key: StorageKey, amount: number, expiry: WriteExpiry): Awaitable<number | 'overflow'>;
  /** The counter's total, or null where there is no live one. */
  readCounter(key: StorageKey): Awaitable<number | null>;

  /** Milliseconds a live state has left, null if it never expires, undefined where there is no live one. */
  readTtl(key: StorageKey): Awaitable<number | null | undefined>;
  /** Gives a live state a new deadline and leaves all else; false where there is no live one. */
  writeTtl(key: StorageKey, expiry: Expiry): Awaitable<boolean>;

  /**
   * Identifiers of live states whose identifier starts with `literalPrefix`, in bounded batches. May yield too many
   * (others are filtered out) and one twice, never too few; must not hold up other clients.
   */
  scan(namespace: string, literalPrefix: string): AsyncIterable<readonly string[]>;
  /** Removes every entry of a namespace in bounded batches; yields how many live ones each batch removed. */
  clear(namespace: string): AsyncIterable<number>;
  /** Removes up to `limit` expired entries of any namespace and answers how many; 0 where the server does it. */
  sweep(limit: number): Awaitable<number>;
}
