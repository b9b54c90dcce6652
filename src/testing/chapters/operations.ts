import type { BaseStorage } from '../../contract/base-storage.js';
import { collect } from '../expectations.js';

/** One call of a method, on the identifier given. */
export interface Operation {
  readonly name: string;
  readonly run: (storage: BaseStorage, identifier: string) => Promise<unknown>;
}

/** Every method that takes an identifier, called rightly otherwise. */
export const IDENTIFIER_OPERATIONS: readonly Operation[] = [
  { name: 'getState', run: (storage, identifier) => storage.getState(identifier) },
  { name: 'getStates', run: (storage, identifier) => storage.getStates(['right', identifier]) },
  { name: 'setState', run: (storage, identifier) => storage.setState(identifier, { name: 'written' }) },
  { name: 'deleteState', run: (storage, identifier) => storage.deleteState(identifier) },
  { name: 'compareAndSet', run: (storage, identifier) => storage.compareAndSet(identifier, { name: 'written' }) },
  { name: 'update', run: (storage, identifier) => storage.update(identifier, () => ({ name: 'written' })) },
  { name: 'getTtl', run: (storage, identifier) => storage.getTtl(identifier) },
  { name: 'touch', run: (storage, identifier) => storage.touch(identifier, 5) },
  { name: 'increment', run: (storage, identifier) => storage.increment(identifier) },
  { name: 'getCounter', run: (storage, identifier) => storage.getCounter(identifier) },
  { name: 'deleteCounter', run: (storage, identifier) => storage.deleteCounter(identifier) },
];

/** Every method that `start` must come before. */
export const ALL_OPERATIONS: readonly Operation[] = [
  ...IDENTIFIER_OPERATIONS,
  { name: 'listKeys', run: (storage) => storage.listKeys() },
  { name: 'scanKeys', run: (storage) => collect(storage.scanKeys()) },
  { name: 'clearNamespace', run: (storage) => storage.clearNamespace() },
];
