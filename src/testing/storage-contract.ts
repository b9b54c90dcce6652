import type { Awaitable } from '../contract/storage-driver.js';
import { compareAndSetChapter } from './chapters/compare-and-set.js';
import { countersChapter } from './chapters/counters.js';
import { errorsChapter } from './chapters/errors.js';
import { formatChapter } from './chapters/format.js';
import { healthChapter } from './chapters/health.js';
import { identifiersChapter } from './chapters/identifiers.js';
import { lifecycleChapter } from './chapters/lifecycle.js';
import { listingChapter } from './chapters/listing.js';
import { namespacesChapter } from './chapters/namespaces.js';
import { patternsChapter } from './chapters/patterns.js';
import { refusedStatesChapter } from './chapters/refused-states.js';
import { statesChapter } from './chapters/states.js';
import { timeToLiveChapter } from './chapters/time-to-live.js';
import { deadlinesChapter } from './chapters/deadlines.js';
import { updateChapter } from './chapters/update.js';
import type { ContractChapter, ContractTest } from './contract-test.js';
import { ContractContext } from './contract-world.js';
import type { ContractBackend, StorageHarness } from './storage-harness.js';
import { hooksOf, type TestFramework } from './test-framework.js';

/** Everything the suite asks, in the order of the contract. */
export const CONTRACT_CHAPTERS: readonly ContractChapter[] = [
  identifiersChapter,
  namespacesChapter,
  statesChapter,
  refusedStatesChapter,
  timeToLiveChapter,
  deadlinesChapter,
  compareAndSetChapter,
  updateChapter,
  countersChapter,
  listingChapter,
  patternsChapter,
  lifecycleChapter,
  healthChapter,
  errorsChapter,
  formatChapter,
];

/**
 * Registers the contract suite for a backend: one `describe`, a chapter within for each subject, a test for each
 * promise, whose title begins with the rule's number. It waits for no deadline; give slow backends a long test timeout.
 *
 * @example
 * ```ts
 * import { afterAll, beforeAll, describe, it } from '@jest/globals';
 * import { FsmStorage } from 'nestjs-fsm-storage';
 * import { FakeClock, describeStorageContract } from 'nestjs-fsm-storage/testing';
 * import { MyDriver } from './my-driver.js';
 *
 * describeStorageContract(
 *   {
 *     name: 'mine',
 *     traits: ['in-process', 'no-interruption'],
 *     createHarness() {
 *       const clock = new FakeClock();
 *       return {
 *         createStorage: (options) => new FsmStorage(new MyDriver(), { clock, ...options }),
 *         passTime: (milliseconds) => clock.advance(milliseconds),
 *         dispose: () => undefined,
 *       };
 *     },
 *   },
 *   { describe, it, beforeAll, afterAll },
 * );
 * ```
 */
export function describeStorageContract(backend: ContractBackend, framework: TestFramework): void {
  const { beforeAll, afterAll } = hooksOf(framework);
  framework.describe(`the contract of BaseStorage on ${backend.name}`, () => {
    let harness: StorageHarness | undefined;
    beforeAll(async () => {
      harness = await backend.createHarness();
    });
    afterAll(async () => {
      await harness?.dispose();
    });
    for (const chapter of CONTRACT_CHAPTERS) {
      framework.describe(chapter.title, () => {
        for (const contractTest of chapter.tests.filter((candidate) => applies(candidate, backend))) {
          framework.it(contractTest.title, () => run(contractTest, backend, harness ?? backend.createHarness()));
        }
      });
    }
  });
}

function applies(contractTest: ContractTest, backend: ContractBackend): boolean {
  const { only } = contractTest;
  return only === undefined || (backend.traits?.includes(only.trait) ?? false) === only.declared;
}

async function run(
  contractTest: ContractTest,
  backend: ContractBackend,
  harness: Awaitable<StorageHarness>,
): Promise<void> {
  const world = new ContractContext(backend, await harness);
  try {
    await contractTest.body(world);
  } finally {
    await world.end();
  }
}
