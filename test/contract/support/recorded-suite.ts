import { describeStorageContract } from '../../../src/testing/storage-contract.js';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';

/** A test as the kit registers it. */
export interface RecordedTest {
  readonly chapter: string;
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** A test that failed. */
export interface FailedTest {
  readonly title: string;
  readonly error: unknown;
}

/** Collects the kit's tests for a backend with a minimal test framework, and runs them on demand. */
export class RecordedSuite {
  readonly tests: readonly RecordedTest[];
  readonly #before: (() => Promise<void>)[] = [];
  readonly #after: (() => Promise<void>)[] = [];

  constructor(backend: ContractBackend) {
    const tests: RecordedTest[] = [];
    let chapter = '';
    describeStorageContract(backend, {
      describe(title, body) {
        chapter = title;
        body();
      },
      it: (title, run) => tests.push({ chapter, title, run }),
      before: (hook) => this.#before.push(hook),
      after: (hook) => this.#after.push(hook),
    });
    this.tests = tests;
  }

  /** Runs the selected tests one after the other and returns those that failed. */
  async failures(isSelected: (test: RecordedTest) => boolean = () => true): Promise<readonly FailedTest[]> {
    const failures: FailedTest[] = [];
    for (const hook of this.#before) await hook();
    for (const { title, run } of this.tests.filter(isSelected)) {
      try {
        await run();
      } catch (error) {
        failures.push({ title, error });
      }
    }
    for (const hook of this.#after) await hook();
    return failures;
  }
}
