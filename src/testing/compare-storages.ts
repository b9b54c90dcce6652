import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FakeClock } from './fake-clock.js';
import { observe, type Observation, type Step } from './reference/program.js';
import { programs } from './reference/program-arbitrary.js';
import { ReferenceStorage } from './reference/reference-storage.js';
import { ReferenceStore } from './reference/reference-store.js';
import type { ContractBackend, StorageHarness } from './storage-harness.js';

/** How long to look for a difference. */
export interface ComparisonOptions {
  /**
   * How many random programs are run.
   * @defaultValue 100
   */
  readonly runs?: number;
  /** Repeats an earlier search: the seed that its failure told. */
  readonly seed?: number;
}

const DEFAULT_TTL_SECONDS = 45;

/**
 * Holds a backend against the reference model: random programs must show the same on both. Rejects with the shortest
 * program found that does not.
 *
 * @example
 * ```ts
 * import { checkAgainstReference } from 'nestjs-fsm-storage/testing';
 * import { myBackend } from './my-backend.js';
 *
 * await checkAgainstReference(myBackend, { runs: 500 });
 * ```
 */
export async function checkAgainstReference(backend: ContractBackend, options?: ComparisonOptions): Promise<void> {
  await compareStorages([referenceModel, backend], options);
}

/** Runs the same random programs on several backends, all of which must show the same as the first. */
export async function compareStorages(
  backends: readonly ContractBackend[],
  { runs = 100, seed }: ComparisonOptions = {},
): Promise<void> {
  const harnesses = await Promise.all(backends.map(async (backend) => backend.createHarness()));
  const property = fc.asyncProperty(programs, async (program) => {
    const observed = await Promise.all(harnesses.map((harness) => observeFresh(program, harness)));
    assertAllAlike(program, backends, observed);
  });
  try {
    await fc.assert(property, { numRuns: runs, includeErrorInReport: true, ...(seed === undefined ? {} : { seed }) });
  } finally {
    for (const harness of harnesses) await harness.dispose();
  }
}

const referenceModel: ContractBackend = {
  name: 'the reference model',
  createHarness() {
    const clock = new FakeClock();
    const store = new ReferenceStore();
    return {
      createStorage: (options) => new ReferenceStorage({ clock, ...options }, store),
      passTime: (milliseconds) => clock.advance(milliseconds),
      dispose: () => undefined,
    };
  },
};

async function observeFresh(program: readonly Step[], harness: StorageHarness): Promise<readonly Observation[]> {
  const namespace = `kit${Math.random().toString(36).slice(2, 12)}`;
  const storage = harness.createStorage({ namespace, defaultTtl: DEFAULT_TTL_SECONDS });
  await storage.start();
  try {
    return await observe(program, storage, harness);
  } finally {
    // Started even where the program has left it stopped: nothing is to pile up in the store.
    await storage.start();
    await storage.clearNamespace();
    await storage.stop();
  }
}

function assertAllAlike(
  program: readonly Step[],
  backends: readonly ContractBackend[],
  observed: readonly (readonly Observation[])[],
): void {
  for (const [index, step] of program.entries()) {
    for (const [place, backend] of backends.entries()) {
      const message = `${backend.name} and ${backends[0]?.name} differ at step ${index + 1}, ${step.call}`;
      assert.deepEqual(observed[place]?.[index], observed[0]?.[index], message);
    }
  }
}
