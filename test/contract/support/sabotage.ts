import type { BaseStorage } from '../../../src/contract/base-storage.js';
import type { StorageOptions } from '../../../src/storage/storage-options.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { ReferenceStorage } from '../../../src/testing/reference/reference-storage.js';
import { ReferenceStore } from '../../../src/testing/reference/reference-store.js';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';
import type { StorageTrait } from '../../../src/testing/storage-traits.js';

/** What a saboteur has at hand: the sound storage, its store, and other sound storages over the same store. */
export interface Workshop {
  readonly storage: BaseStorage;
  readonly store: ReferenceStore;
  readonly options: StorageOptions;
  /** A started storage over the same store with other options. */
  sibling(options: StorageOptions): ReferenceStorage;
}

/** The methods that are broken; the others stay sound. */
export type Sabotage = (workshop: Workshop) => Partial<BaseStorage>;

/** The reference model with some of its methods replaced by broken ones. */
export function createBrokenBackend(
  bug: string,
  sabotage: Sabotage,
  traits: readonly StorageTrait[] = [],
): ContractBackend {
  return {
    name: bug,
    traits: ['no-interruption', ...traits],
    createHarness() {
      const clock = new FakeClock();
      const store = new ReferenceStore();
      return {
        createStorage: (options) => createBroken({ clock, ...options }, store, sabotage),
        passTime: (milliseconds) => clock.advance(milliseconds),
        plant: (key, text) => store.set(key, { text, expiresAt: null }),
        readRaw: (key) => store.get(key)?.text ?? null,
        dispose: () => undefined,
      };
    },
  };
}

function createBroken(options: StorageOptions, store: ReferenceStore, sabotage: Sabotage): BaseStorage {
  return replaceMethods(new ReferenceStorage(options, store), sabotage, store, options);
}

function replaceMethods(
  storage: BaseStorage,
  sabotage: Sabotage,
  store: ReferenceStore,
  options: StorageOptions,
): BaseStorage {
  const sibling = (others: StorageOptions): ReferenceStorage =>
    new ReferenceStorage({ ...options, namespace: storage.namespace, ...others }, store, { isStarted: true });
  return withMethods(storage, {
    withNamespace: (namespace) => replaceMethods(storage.withNamespace(namespace), sabotage, store, options),
    ...sabotage({ storage, store, options, sibling }),
  });
}

/** A storage with some methods replaced; the others work on as they did. */
export function withMethods(storage: BaseStorage, replaced: Partial<BaseStorage>): BaseStorage {
  return new Proxy(storage, {
    get(target, name) {
      const isReplaced = name in replaced;
      const member: unknown = Reflect.get(isReplaced ? replaced : target, name, isReplaced ? replaced : target);
      return typeof member === 'function' && !isReplaced ? (member.bind(target) as unknown) : member;
    },
  });
}

/** Every method with the identifier turned into another one. */
export function mapIdentifiers(storage: BaseStorage, map: (identifier: string) => string): Partial<BaseStorage> {
  const to = (identifier: string): string => (typeof identifier === 'string' ? map(identifier) : identifier);
  return {
    getState: (identifier) => storage.getState(to(identifier)),
    getStates: (identifiers) => storage.getStates(identifiers.map(to)),
    setState: (identifier, ...rest) => storage.setState(to(identifier), ...rest),
    deleteState: (identifier) => storage.deleteState(to(identifier)),
    compareAndSet: (identifier, ...rest) => storage.compareAndSet(to(identifier), ...rest),
    update: (identifier, ...rest) => storage.update(to(identifier), ...rest),
    getTtl: (identifier) => storage.getTtl(to(identifier)),
    touch: (identifier, ttl) => storage.touch(to(identifier), ttl),
    increment: (identifier, ...rest) => storage.increment(to(identifier), ...rest),
    getCounter: (identifier) => storage.getCounter(to(identifier)),
    deleteCounter: (identifier) => storage.deleteCounter(to(identifier)),
  };
}
