import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';
import { ReferenceStorage } from '../../../src/testing/reference/reference-storage.js';
import { ReferenceStore } from '../../../src/testing/reference/reference-store.js';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';

/** The suite's own model: where it fails, the suite asks wrongly. */
export const referenceBackend: ContractBackend = {
  name: 'the reference model',
  traits: ['no-interruption'],
  createHarness() {
    const clock = new FakeClock();
    const store = new ReferenceStore();
    return {
      createStorage: (options) => new ReferenceStorage({ clock, ...options }, store),
      passTime: (milliseconds) => clock.advance(milliseconds),
      plant: (key, text) => store.set(key, { text, expiresAt: null }),
      readRaw: (key) => store.get(key)?.text ?? null,
      dispose: () => undefined,
    };
  },
};

export const memoryBackend: ContractBackend = {
  name: 'memory',
  traits: ['in-process', 'no-interruption'],
  createHarness() {
    const clock = new FakeClock();
    return {
      createStorage: (options) => new MemoryStorage({ clock, ...options }),
      passTime: (milliseconds) => clock.advance(milliseconds),
      dispose: () => undefined,
    };
  },
};

/** Memory that can be cut off, as a server can. */
export const faultyMemoryBackend: ContractBackend = {
  name: 'memory behind a faulty driver',
  traits: ['in-process'],
  createHarness() {
    const clock = new FakeClock();
    const drivers: FaultyDriver<StateDocument>[] = [];
    return {
      createStorage(options) {
        const driver = new FaultyDriver(new MemoryDriver());
        drivers.push(driver);
        return new FsmStorage(driver, { clock, ...options });
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
