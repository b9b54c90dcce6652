import type { BaseStorage } from '../../../src/contract/base-storage.js';
import type { StorageOptions } from '../../../src/storage/storage-options.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { ReferenceStorage } from '../../../src/testing/reference/reference-storage.js';
import { ReferenceStore } from '../../../src/testing/reference/reference-store.js';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';
import type { StorageTrait } from '../../../src/testing/storage-harness.js';

/** What a bug is built from: a correct storage, its store, and other correct storages over the same store. */
export interface BrokenStorageContext {
  /** The correct storage. */
  readonly storage: BaseStorage;
  readonly store: ReferenceStore;
  readonly options: StorageOptions;
  /** Creates a started, correct storage over the same store with other options. */
  sibling(options: StorageOptions): ReferenceStorage;
}

/** Returns the broken methods. All other methods stay correct. */
export type CreateBrokenMethods = (context: BrokenStorageContext) => Partial<BaseStorage>;

/** A planted bug, and the rule whose tests must find it. */
export interface BrokenStorage {
  /** Completes the sentence "a storage that …". */
  readonly bug: string;
  readonly rule: string;
  readonly chapter: string;
  readonly createBrokenMethods: CreateBrokenMethods;
}

/** A backend of the reference model with some methods replaced by broken ones. */
export function createBrokenBackend(
  bug: string,
  createBrokenMethods: CreateBrokenMethods,
  traits: readonly StorageTrait[] = [],
): ContractBackend {
  return {
    name: bug,
    traits: ['no-interruption', ...traits],
    createHarness() {
      const clock = new FakeClock();
      const store = new ReferenceStore();
      return {
        createStorage: (options) => createBroken({ clock, ...options }, store, createBrokenMethods),
        passTime: (milliseconds) => clock.advance(milliseconds),
        writeRaw: (key, text) => store.set(key, { text, expiresAt: null }),
        readRaw: (key) => store.get(key)?.text ?? null,
        dispose: () => undefined,
      };
    },
  };
}

function createBroken(
  options: StorageOptions,
  store: ReferenceStore,
  createBrokenMethods: CreateBrokenMethods,
): BaseStorage {
  return replaceMethods(new ReferenceStorage(options, store), createBrokenMethods, store, options);
}

function replaceMethods(
  storage: BaseStorage,
  createBrokenMethods: CreateBrokenMethods,
  store: ReferenceStore,
  options: StorageOptions,
): BaseStorage {
  const sibling = (others: StorageOptions): ReferenceStorage =>
    new ReferenceStorage({ ...options, namespace: storage.namespace, ...others }, store, { isStarted: true });
  return withMethods(storage, {
    withNamespace: (namespace) => replaceMethods(storage.withNamespace(namespace), createBrokenMethods, store, options),
    ...createBrokenMethods({ storage, store, options, sibling }),
  });
}

/** Returns the storage with some methods replaced. */
export function withMethods(storage: BaseStorage, replaced: Partial<BaseStorage>): BaseStorage {
  return new Proxy(storage, {
    get(target, name) {
      const isReplaced = name in replaced;
      const member: unknown = Reflect.get(isReplaced ? replaced : target, name, isReplaced ? replaced : target);
      return typeof member === 'function' && !isReplaced ? (member.bind(target) as unknown) : member;
    },
  });
}

/** Returns every method that takes an identifier, with the identifier mapped to another one. */
export function mapIdentifiers(storage: BaseStorage, map: (identifier: string) => string): Partial<BaseStorage> {
  const toMapped = (identifier: string): string => (typeof identifier === 'string' ? map(identifier) : identifier);
  return {
    getState: (identifier) => storage.getState(toMapped(identifier)),
    getStates: (identifiers) => storage.getStates(identifiers.map(toMapped)),
    setState: (identifier, ...rest) => storage.setState(toMapped(identifier), ...rest),
    deleteState: (identifier) => storage.deleteState(toMapped(identifier)),
    compareAndSet: (identifier, ...rest) => storage.compareAndSet(toMapped(identifier), ...rest),
    update: (identifier, ...rest) => storage.update(toMapped(identifier), ...rest),
    getTtl: (identifier) => storage.getTtl(toMapped(identifier)),
    touch: (identifier, ttl) => storage.touch(toMapped(identifier), ttl),
    increment: (identifier, ...rest) => storage.increment(toMapped(identifier), ...rest),
    getCounter: (identifier) => storage.getCounter(toMapped(identifier)),
    deleteCounter: (identifier) => storage.deleteCounter(toMapped(identifier)),
    getCounterTtl: (identifier) => storage.getCounterTtl(toMapped(identifier)),
    touchCounter: (identifier, ttl) => storage.touchCounter(toMapped(identifier), ttl),
  };
}
