import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { InvalidOptionsError } from '../../../src/errors/usage-errors.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import type { StorageOptions } from '../../../src/storage/storage-options.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';
import { ReferenceStorage } from '../../../src/testing/reference/reference-storage.js';
import { ReferenceStore } from '../../../src/testing/reference/reference-store.js';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';
import { withMethods } from './broken-storage.js';

/** A backend with a planted bug that only an outage, a sweep or invalid options reveal. */
export interface BrokenBackend {
  readonly rule: string;
  readonly chapter: string;
  readonly backend: ContractBackend;
}

type Driver = FaultyDriver<StateDocument>;
type CreateStorage = (driver: Driver, options: StorageOptions) => BaseStorage;

class NoPingDriver extends FaultyDriver<StateDocument> {
  override async ping(): Promise<void> {}
}

export const BROKEN_DRIVERS: readonly BrokenBackend[] = [
  {
    rule: 'ST-5',
    chapter: 'states',
    backend: createBackend('returns null for reads during an outage', (driver, options) => {
      const storage = new FsmStorage(driver, options);
      return withMethods(storage, { getState: (identifier) => storage.getState<never>(identifier).catch(() => null) });
    }),
  },
  {
    rule: 'HL-1',
    chapter: 'health',
    backend: createBackend(
      'reports that it is healthy without a ping',
      (driver, options) => new FsmStorage(driver, options),
      () => new NoPingDriver(new MemoryDriver()),
    ),
  },
  {
    rule: 'ER-2',
    chapter: 'errors',
    backend: createBackend('reports only the first invalid option', (driver, options) => {
      try {
        return new FsmStorage(driver, options);
      } catch (error) {
        if (error instanceof InvalidOptionsError) throw new InvalidOptionsError('storage', error.problems.slice(0, 1));
        throw error;
      }
    }),
  },
  {
    rule: 'ER-4',
    chapter: 'errors',
    backend: createBackend('does not report the outcome of a failed call', (driver, options) => {
      const storage = new FsmStorage(driver, options);
      return withMethods(storage, {
        increment: (...call) =>
          storage.increment(...call).catch((error: unknown) => {
            throw new Error('the server is gone', { cause: error });
          }),
      });
    }),
  },
  {
    rule: 'LC-1',
    chapter: 'lifecycle',
    backend: createBackend('cannot be started after a failed start', (driver, options) => {
      const storage = new FsmStorage(driver, options);
      let firstStart: Promise<void> | undefined;
      return withMethods(storage, { start: () => (firstStart ??= storage.start()) });
    }),
  },
  { rule: 'TTL-5', chapter: 'deadlines', backend: createBackendWithoutSweep() },
];

/** Bugs that the suite detects only under another test runner: under jest, jest itself fails the test. */
export const UNHANDLED_REJECTIONS: readonly ContractBackend[] = [
  createBackend('leaves a promise unhandled that an outage rejects', (driver, options) => {
    const storage = new FsmStorage(driver, options);
    return withMethods(storage, {
      health: () => {
        void storage.getState('probe');
        return storage.health();
      },
    });
  }),
  createBackend('leaves a promise unhandled that rejects invalid arguments', (driver, options) => {
    const storage = new FsmStorage(driver, options);
    return withMethods(storage, {
      touch: (...call) => {
        const touching = storage.touch(...call);
        void touching.finally(() => undefined);
        return touching;
      },
    });
  }),
];

function createBackend(name: string, createStorage: CreateStorage, createDriver = createFaultyDriver): ContractBackend {
  return {
    name,
    traits: ['in-process'],
    createHarness() {
      const clock = new FakeClock();
      const drivers: Driver[] = [];
      return {
        createStorage(options) {
          const driver = createDriver();
          drivers.push(driver);
          return createStorage(driver, { clock, ...options });
        },
        passTime: (milliseconds) => clock.advance(milliseconds),
        interrupt() {
          for (const driver of drivers) driver.down();
          return () => drivers.forEach((driver) => driver.up());
        },
        dispose: () => undefined,
      };
    },
  };
}

function createFaultyDriver(): Driver {
  return new FaultyDriver(new MemoryDriver());
}

function createBackendWithoutSweep(): ContractBackend {
  return {
    name: 'never sweeps',
    createHarness() {
      const clock = new FakeClock();
      const store = new ReferenceStore();
      return {
        createStorage: (options) => new ReferenceStorage({ clock, ...options }, store),
        passTime: (milliseconds) => clock.advance(milliseconds),
        countStored: (namespace) => store.keys(namespace).length,
        dispose: () => undefined,
      };
    },
  };
}
