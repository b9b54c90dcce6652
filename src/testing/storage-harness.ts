import type { BaseStorage } from '../contract/base-storage.js';
import type { Awaitable, StorageKey } from '../contract/storage-driver.js';
import type { StorageOptions } from '../storage/storage-options.js';

/**
 * The differences between backends that the contract permits, and what each one means. A backend declares its traits by
 * name. The suite then checks that the backend behaves as declared, and that a backend without the trait does not.
 */
export const STORAGE_TRAITS = {
  'in-process':
    'Entries live in the storage object: no other storage or program can see, share or interrupt them. ' +
    'The harness then must not have writeRaw, readRaw or interrupt.',
  'server-clock':
    'The server decides when an entry expires, whatever clock the application has (TTL-3). ' +
    'Real time that passes during a test shows in getTtl.',
  'repeats-in-scan':
    'scanKeys may yield an identifier twice while the server resizes its table; listKeys never repeats one.',
  'no-views': 'The storage has no views of other namespaces: withNamespace throws.',
  'no-interruption':
    'The harness cannot cut the storage off from its store, so other tests must prove what happens in an outage.',
} as const;

/** The name of a permitted difference: a key of {@link STORAGE_TRAITS}. */
export type StorageTrait = keyof typeof STORAGE_TRAITS;

/** What the suite needs from a backend: storages over one store, and a way to let time pass without waiting. */
export interface StorageHarness {
  /**
   * Creates a storage over the harness's store without starting it. Every call returns a new object over the same
   * store; with the trait `in-process`, over a store of that object. `options` override the harness's defaults, the
   * clock included, and must reach the storage unchanged even when they are invalid.
   */
  createStorage(options: StorageOptions): BaseStorage;

  /**
   * Makes every stored entry this many milliseconds older. Advance a {@link FakeClock} if the storage takes one; if a
   * server has the clock, move the stored deadlines instead of waiting.
   */
  passTime(milliseconds: number): Awaitable<void>;

  /**
   * Stores a raw text under the key of a state, as another program or a damaged disk might. The entry never expires.
   */
  writeRaw?(key: StorageKey, text: string): Awaitable<void>;

  /** Returns the text stored for a state, byte for byte; null: nothing is stored. */
  readRaw?(key: StorageKey): Awaitable<string | null>;

  /** Counts the entries of a namespace that take up space in the store, expired ones included. */
  countStored?(namespace: string): Awaitable<number>;

  /** Cuts every storage off from the store. Returns a function that restores the connection. */
  interrupt?(): Awaitable<() => Awaitable<void>>;

  /** Closes and removes everything the harness created. Called after every storage has been stopped. */
  dispose(): Awaitable<void>;
}

/**
 * A backend under test, for {@link describeStorageContract}, {@link checkAgainstReference} and {@link compareStorages}.
 *
 * @example
 * ```ts
 * import { MemoryStorage } from 'nestjs-fsm-storage';
 * import { type ContractBackend, FakeClock } from 'nestjs-fsm-storage/testing';
 *
 * export const memory: ContractBackend = {
 *   name: 'memory',
 *   traits: ['in-process', 'no-interruption'],
 *   createHarness() {
 *     const clock = new FakeClock();
 *     return {
 *       createStorage: (options) => new MemoryStorage({ clock, ...options }),
 *       passTime: (milliseconds) => clock.advance(milliseconds),
 *       dispose: () => undefined,
 *     };
 *   },
 * };
 * ```
 */
export interface ContractBackend {
  /** Appears in test titles and in error messages. */
  readonly name: string;
  /** The permitted differences that the backend has. undefined: none. */
  readonly traits?: readonly StorageTrait[];
  /** Creates a harness over a new, empty store. */
  createHarness(): Awaitable<StorageHarness>;
}
