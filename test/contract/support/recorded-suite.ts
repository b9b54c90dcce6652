import { describeStorageContract } from '../../../src/testing/storage-contract.js';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';

/** A test as the kit registered it. */
export interface RecordedTest {
  readonly chapter: string;
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** A test that found a fault. */
export interface Finding {
  readonly title: string;
  readonly error: unknown;
}

/** The kit's tests for a backend, collected by the smallest framework that will do, to be run by hand. */
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

  /** Runs the tests of some chapters, one after the other, and tells which failed. */
  async findings(isAsked: (test: RecordedTest) => boolean = () => true): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for (const hook of this.#before) await hook();
    for (const { title, run } of this.tests.filter(isAsked)) {
      try {
        await run();
      } catch (error) {
        findings.push({ title, error });
      }
    }
    for (const hook of this.#after) await hook();
    return findings;
  }
}
