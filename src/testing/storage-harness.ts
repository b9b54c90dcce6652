import type { BaseStorage } from '../contract/base-storage.js';
import type { Awaitable, StorageKey } from '../contract/storage-driver.js';
import type { StorageOptions } from '../storage/storage-options.js';
import type { StorageTrait } from './storage-traits.js';

/** What the suite needs of a backend: one store, and the means to make its time pass. */
export interface StorageHarness {
  /**
   * A storage over the harness's store, not started. Every call gives a new object; the store behind is the same one
   * (with the trait `in-process`: each has its own). `options` win over the harness's own, the clock included, and
   * wrong ones must reach the storage as they are.
   */
  createStorage(options: StorageOptions): BaseStorage;

  /**
   * Lets so many milliseconds pass for every entry stored. Advance a `FakeClock` where the storage takes one; where
   * a server has the clock, move the deadlines instead of waiting.
   */
  passTime(milliseconds: number): Awaitable<void>;

  /** Stores a raw value where a state or counter would lie, as another program or a fault might. */
  plant?(key: StorageKey, text: string): Awaitable<void>;

  /** The text stored for a state, exactly as it lies there; null: nothing. */
  readRaw?(key: StorageKey): Awaitable<string | null>;

  /** How many entries of a namespace take up room, expired ones included. */
  countStored?(namespace: string): Awaitable<number>;

  /** Cuts every storage off from the store; the function it gives back restores it. */
  interrupt?(): Awaitable<() => Awaitable<void>>;

  /** Closes and removes what the harness made. Every storage has been stopped before. */
  dispose(): Awaitable<void>;
}

/** A backend as the suite, the random programs and the comparison take it. */
export interface ContractBackend {
  /** Stands in the titles. */
  readonly name: string;
  /** The permitted differences it has; none by default. */
  readonly traits?: readonly StorageTrait[];
  /** A harness over a fresh, empty store. */
  createHarness(): Awaitable<StorageHarness>;
}
