import type { ContractContext } from './contract-world.js';
import type { StorageTrait } from './storage-traits.js';

/** One promise, put to the test. */
export interface ContractTest {
  /** A sentence that begins with the rule's number. */
  readonly title: string;
  /** The kind of backend it holds for; left out: every one. */
  readonly only?: { readonly trait: StorageTrait; readonly declared: boolean };
  readonly body: (world: ContractContext) => Promise<void>;
}

/** What the suite asks about one subject. */
export interface ContractChapter {
  readonly title: string;
  readonly tests: readonly ContractTest[];
}

/** A test for every backend. */
export function test(title: string, body: ContractTest['body']): ContractTest {
  return { title, body };
}

/** A test for backends that declare a trait. */
export function testWith(trait: StorageTrait, title: string, body: ContractTest['body']): ContractTest {
  return { title, body, only: { trait, declared: true } };
}

/** A test for backends that do not declare a trait. */
export function testWithout(trait: StorageTrait, title: string, body: ContractTest['body']): ContractTest {
  return { title, body, only: { trait, declared: false } };
}
