import assert from 'node:assert/strict';
import { type Imported, importPeer, moduleOf } from '../toolkit/peer-packages.js';
import { FakeClock } from './fake-clock.js';
import { ReferenceStorage } from './reference/reference-storage.js';
import { ReferenceStore } from './reference/reference-store.js';
import { runProgram, type Step, type StepResult } from './run-program.js';
import type { ContractBackend, StorageHarness } from './storage-harness.js';

/** How many random programs to run, for {@link compareStorages} and {@link checkAgainstReference}. */
export interface ComparisonOptions {
  /**
   * The number of random programs.
   * @defaultValue 100
   */
  readonly runs?: number;
  /** Repeats an earlier run: the seed that the message of its error contains. undefined: a random seed. */
  readonly seed?: number;
}

const DEFAULT_TTL_SECONDS = 45;

/**
 * Compares a backend with a plain model of the contract: runs random programs on both and compares the results of every
 * step. Needs the package fast-check.
 *
 * @throws Error with the shortest program found that shows a difference, and the seed to repeat it
 * @throws {@link MissingDependencyError} fast-check is not installed
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

/**
 * Runs the same random programs on several backends, which must all return the same as the first one. Needs the package
 * fast-check.
 *
 * @throws Error with the shortest program found that shows a difference, and the seed to repeat it
 * @throws {@link MissingDependencyError} fast-check is not installed
 * @example
 * ```ts
 * import { compareStorages } from 'nestjs-fsm-storage/testing';
 * import { myBackend } from './my-backend.js';
 *
 * await compareStorages([myBackend, { ...myBackend, name: 'the same again' }], { runs: 50 });
 * ```
 */
export async function compareStorages(
  backends: readonly ContractBackend[],
  { runs = 100, seed }: ComparisonOptions = {},
): Promise<void> {
  const { checkRandomPrograms } = await importPeer('compareStorages', 'fast-check', () =>
    moduleOf(loadRandomPrograms()),
  );
  const harnesses = await Promise.all(backends.map(async (backend) => backend.createHarness()));
  const check = async (program: readonly Step[]): Promise<void> => {
    const results = await Promise.all(harnesses.map((harness) => runOnNewStorage(program, harness)));
    assertSameResults(program, backends, results);
  };
  try {
    await checkRandomPrograms(check, { runs, seed });
  } finally {
    for (const harness of harnesses) await harness.dispose();
  }
}

async function loadRandomPrograms(): Promise<Imported<typeof import('./random-programs.js')>> {
  try {
    return { module: await import('./random-programs.js') };
  } catch (error) {
    return { error };
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

async function runOnNewStorage(program: readonly Step[], harness: StorageHarness): Promise<readonly StepResult[]> {
  const namespace = `kit${Math.random().toString(36).slice(2, 12)}`;
  const storage = harness.createStorage({ namespace, defaultTtl: DEFAULT_TTL_SECONDS });
  await storage.start();
  try {
    return await runProgram(program, storage, harness);
  } finally {
    // The program may have left the storage stopped. Clear it anyway, so that entries do not pile up in the store.
    await storage.start();
    await storage.clearNamespace();
    await storage.stop();
  }
}

function assertSameResults(
  program: readonly Step[],
  backends: readonly ContractBackend[],
  results: readonly (readonly StepResult[])[],
): void {
  for (const [stepIndex, step] of program.entries()) {
    for (const [index, backend] of backends.entries()) {
      const message = `${backend.name} and ${backends[0]?.name} differ at step ${stepIndex + 1}, ${step.call}`;
      assert.deepEqual(results[index]?.[stepIndex], results[0]?.[stepIndex], message);
    }
  }
}
