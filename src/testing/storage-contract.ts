import { compareAndSetChapter } from './chapters/compare-and-set.js';
import { counterEntriesChapter } from './chapters/counter-entries.js';
import { countersChapter } from './chapters/counters.js';
import { deadlinesChapter } from './chapters/deadlines.js';
import { errorsChapter } from './chapters/errors.js';
import { formatChapter } from './chapters/format.js';
import { healthChapter } from './chapters/health.js';
import { identifiersChapter } from './chapters/identifiers.js';
import { lifecycleChapter } from './chapters/lifecycle.js';
import { listingChapter } from './chapters/listing.js';
import { namespacesChapter } from './chapters/namespaces.js';
import { patternsChapter } from './chapters/patterns.js';
import { rejectedStatesChapter } from './chapters/rejected-states.js';
import { statesChapter } from './chapters/states.js';
import { timeToLiveChapter } from './chapters/time-to-live.js';
import { updateChapter } from './chapters/update.js';
import { type ContractChapter, ContractContext, type ContractTest } from './contract-test.js';
import type { ContractBackend, StorageHarness } from './storage-harness.js';

/** The chapters of the contract suite, in the order of the contract. {@link describeStorageContract} registers them. */
export const CONTRACT_CHAPTERS: readonly ContractChapter[] = [
  identifiersChapter,
  namespacesChapter,
  statesChapter,
  rejectedStatesChapter,
  timeToLiveChapter,
  deadlinesChapter,
  compareAndSetChapter,
  updateChapter,
  countersChapter,
  counterEntriesChapter,
  listingChapter,
  patternsChapter,
  lifecycleChapter,
  healthChapter,
  errorsChapter,
  formatChapter,
];

/** Registers a function that runs once, before or after the tests of the enclosing `describe`. */
type Hook = (body: () => Promise<void>) => unknown;

interface TestRegistration {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

/**
 * The functions of a test framework. The caller passes them, so the kit depends on no framework. jest and vitest name
 * the hooks `beforeAll` and `afterAll`, node:test and mocha `before` and `after`. `import * as framework` also fits.
 *
 * @example
 * ```ts
 * import { after, before, describe, it } from 'node:test';
 * import { describeStorageContract } from 'nestjs-fsm-storage/testing';
 * import { myBackend } from './my-backend.js';
 *
 * describeStorageContract(myBackend, { describe, it, before, after });
 * ```
 */
export type TestFramework = TestRegistration &
  ({ readonly beforeAll: Hook; readonly afterAll: Hook } | { readonly before: Hook; readonly after: Hook });

/**
 * Registers the contract suite for a backend: one `describe` that contains a `describe` for each chapter, and a test
 * for each promise. Test titles start with the number of the rule. The suite never waits for a deadline; slow backends
 * still need a long test timeout.
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
  const [before, after] =
    'beforeAll' in framework ? [framework.beforeAll, framework.afterAll] : [framework.before, framework.after];
  framework.describe(`the contract of BaseStorage on ${backend.name}`, () => {
    let harness: StorageHarness | undefined;
    before(async () => {
      harness = await backend.createHarness();
    });
    after(async () => {
      await harness?.dispose();
    });
    for (const chapter of CONTRACT_CHAPTERS) {
      framework.describe(chapter.title, () => {
        for (const contractTest of chapter.tests.filter((candidate) => appliesTo(backend, candidate))) {
          framework.it(contractTest.title, async () => {
            await run(contractTest, backend, harness ?? (await backend.createHarness()));
          });
        }
      });
    }
  });
}

function appliesTo(backend: ContractBackend, { only }: ContractTest): boolean {
  return only === undefined || (backend.traits?.includes(only.trait) ?? false) === only.declared;
}

async function run(contractTest: ContractTest, backend: ContractBackend, harness: StorageHarness): Promise<void> {
  const context = new ContractContext(backend, harness);
  try {
    await contractTest.body(context);
  } finally {
    await context.stopAll();
  }
}
