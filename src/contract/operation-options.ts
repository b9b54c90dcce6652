import type { StateDocument } from './state-document.js';

/**
 * A time to live in seconds, precise to the millisecond, up to 100 years; `0`: never expires; `'keep'`: the live state keeps
 * its deadline.
 */
export type Ttl = number | 'keep';

/** The options of {@link BaseStorage.setState}. */
export interface SetStateOptions {
  /**
   * Seconds until the state expires, 0 to 100 years; `0`: never; `'keep'`: a live state keeps its deadline, and a new one
   * gets the storage's `defaultTtl` (rule TTL-1).
   * @defaultValue the storage's `defaultTtl`
   */
  readonly ttl?: Ttl | undefined;
}

/**
 * The options of {@link BaseStorage.compareAndSet}.
 * @typeParam Expected - the type of the state that must be stored now
 */
export interface CompareAndSetOptions<Expected = StateDocument> extends SetStateOptions {
  /**
   * The state that must be stored now, in any key order; null: no state may be stored.
   * @defaultValue null
   */
  readonly expected?: Expected | null | undefined;
}

/** The options of {@link BaseStorage.increment}. */
export interface IncrementOptions {
  /**
   * Seconds until the counter expires, 0 to 100 years; `0`: never (rule CNT-3).
   * @defaultValue a live counter keeps its deadline, and a new one gets the storage's `defaultTtl`
   */
  readonly ttl?: number | undefined;
  /**
   * false: `ttl` applies only when the call creates the counter, as a fixed window needs.
   * @defaultValue true
   */
  readonly refresh?: boolean | undefined;
}

/** The options of {@link BaseStorage.update}. */
export interface UpdateOptions {
  /**
   * As in {@link SetStateOptions}.
   * @defaultValue 'keep'
   */
  readonly ttl?: Ttl | undefined;
  /**
   * Attempts before the update rejects with {@link ContentionError}; a whole number from 1.
   * @defaultValue 100
   */
  readonly attempts?: number | undefined;
}
