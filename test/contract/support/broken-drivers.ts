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
import { withMethods } from './sabotage.js';

/** A backend with a planted bug that only an outage, a sweep or wrong options bring to light. */
export interface BrokenBackend {
  readonly rule: string;
  readonly chapter: string;
  readonly backend: ContractBackend;
}

type Driver = FaultyDriver<StateDocument>;
type Build = (driver: Driver, options: StorageOptions) => BaseStorage;

class DeafDriver extends FaultyDriver<StateDocument> {
  override async ping(): Promise<void> {}
}

export const BROKEN_DRIVERS: readonly BrokenBackend[] = [
  {
    rule: 'ST-5',
    chapter: 'states',
    backend: createBackend('reads nothing during an outage', (driver, options) => {
      const storage = new FsmStorage(driver, options);
      return withMethods(storage, { getState: (identifier) => storage.getState<never>(identifier).catch(() => null) });
    }),
  },
  {
    rule: 'HL-1',
    chapter: 'health',
    backend: createBackend(
      'is healthy without asking',
      (driver, options) => new FsmStorage(driver, options),
      () => new DeafDriver(new MemoryDriver()),
    ),
  },
  {
    rule: 'ER-2',
    chapter: 'errors',
    backend: createBackend('tells the first wrong option only', (driver, options) => {
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
    backend: createBackend('says nothing about the outcome of a call that failed', (driver, options) => {
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
    backend: createBackend('cannot be started after a start that failed', (driver, options) => {
      const storage = new FsmStorage(driver, options);
      let firstStart: Promise<void> | undefined;
      return withMethods(storage, { start: () => (firstStart ??= storage.start()) });
    }),
  },
  { rule: 'TTL-5', chapter: 'deadlines', backend: createNeverSweeping() },
];

/** Bugs that only a runner other than jest lets the suite see: jest itself fails the test. */
export const UNHANDLED_REJECTIONS: readonly ContractBackend[] = [
  createBackend('lets go of a promise that an outage rejects', (driver, options) => {
    const storage = new FsmStorage(driver, options);
    return withMethods(storage, {
      health: () => {
        void storage.getState('probe');
        return storage.health();
      },
    });
  }),
  createBackend('lets go of a promise that a refusal rejects', (driver, options) => {
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

function createBackend(name: string, build: Build, createDriver = createFaultyDriver): ContractBackend {
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
          return build(driver, { clock, ...options });
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

function createNeverSweeping(): ContractBackend {
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
