import type { BaseStorage } from '../contract/base-storage.js';
import type { StorageOperation } from '../contract/operations.js';
import { collect } from './expectations.js';

type Call = (storage: BaseStorage, identifier: string) => Promise<unknown>;

/** A valid call of one operation on the given identifier. */
interface SampleCall {
  readonly name: string;
  readonly run: Call;
}

const CALLS_WITH_IDENTIFIER = {
  getState: (storage, identifier) => storage.getState(identifier),
  getStates: (storage, identifier) => storage.getStates(['right', identifier]),
  setState: (storage, identifier) => storage.setState(identifier, { name: 'written' }),
  deleteState: (storage, identifier) => storage.deleteState(identifier),
  compareAndSet: (storage, identifier) => storage.compareAndSet(identifier, { name: 'written' }),
  update: (storage, identifier) => storage.update(identifier, () => ({ name: 'written' })),
  getTtl: (storage, identifier) => storage.getTtl(identifier),
  touch: (storage, identifier) => storage.touch(identifier, 5),
  increment: (storage, identifier) => storage.increment(identifier),
  getCounter: (storage, identifier) => storage.getCounter(identifier),
  deleteCounter: (storage, identifier) => storage.deleteCounter(identifier),
  getCounterTtl: (storage, identifier) => storage.getCounterTtl(identifier),
  touchCounter: (storage, identifier) => storage.touchCounter(identifier, 5),
} satisfies Partial<Record<StorageOperation, Call>>;

/** The compiler rejects this table when an operation has no call. */
const CALLS: Readonly<Record<Exclude<StorageOperation, 'start' | 'stop' | 'health'>, Call>> = {
  ...CALLS_WITH_IDENTIFIER,
  listKeys: (storage) => storage.listKeys(),
  scanKeys: (storage) => collect(storage.scanKeys()),
  listCounters: (storage) => storage.listCounters(),
  scanCounters: (storage) => collect(storage.scanCounters()),
  clearNamespace: (storage) => storage.clearNamespace(),
};

/** One call of every operation that takes an identifier. */
export const SAMPLE_CALLS_WITH_IDENTIFIER: readonly SampleCall[] = toSampleCalls(CALLS_WITH_IDENTIFIER);

/** One call of every operation that requires a started storage. */
export const SAMPLE_CALLS: readonly SampleCall[] = toSampleCalls(CALLS);

function toSampleCalls(calls: Readonly<Record<string, Call>>): SampleCall[] {
  return Object.entries(calls).map(([name, run]) => ({ name, run }));
}
