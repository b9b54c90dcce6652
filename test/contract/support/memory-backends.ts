import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import type { DriverLayer } from '../../../src/contract/driver-layer.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { circuitBreaker } from '../../../src/layers/circuit-breaker.js';
import { telemetry } from '../../../src/layers/telemetry.js';
import { timeout } from '../../../src/layers/timeout.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';
import { ReferenceStorage } from '../../../src/testing/reference/reference-storage.js';
import { ReferenceStore } from '../../../src/testing/reference/reference-store.js';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';

/** In the order that the guide recommends. No test waits for these limits. */
export const ALL_LAYERS: readonly DriverLayer[] = [
  telemetry({ recordIdentifiers: true }),
  circuitBreaker(),
  timeout({ timeoutMs: 30_000 }),
];

/** The kit's reference model. If it fails a test, the test is wrong. */
export const referenceBackend: ContractBackend = {
  name: 'the reference model',
  traits: ['no-interruption'],
  createHarness() {
    const clock = new FakeClock();
    const store = new ReferenceStore();
    return {
      createStorage: (options) => new ReferenceStorage({ clock, ...options }, store),
      passTime: (milliseconds) => clock.advance(milliseconds),
      writeRaw: (key, text) => store.set(key, { text, expiresAt: null }),
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

/** Memory that the harness can interrupt, like a server. */
export const faultyMemoryBackend = createFaultyBackend('memory behind a faulty driver', []);

/** With every layer: layers must not change what a storage promises. */
export const layeredMemoryBackend = createFaultyBackend('memory behind layers', ALL_LAYERS);

function createFaultyBackend(name: string, layers: readonly DriverLayer[]): ContractBackend {
  return {
    name,
    traits: ['in-process'],
    createHarness() {
      const clock = new FakeClock();
      const drivers: FaultyDriver<StateDocument>[] = [];
      return {
        createStorage(options) {
          const driver = new FaultyDriver(new MemoryDriver());
          drivers.push(driver);
          return new FsmStorage(driver, { clock, layers, ...options });
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
