import { describe, expect, it } from '@jest/globals';
import { RULES } from '../../src/testing/contract-rules.js';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import type { ContractBackend } from '../../src/testing/storage-harness.js';
import { faultyMemoryBackend, referenceBackend } from './support/memory-backends.js';
import { BROKEN_ENTRIES } from './support/broken-entries.js';
import { BROKEN_LISTING_AND_LIFECYCLE } from './support/broken-listing-and-lifecycle.js';
import { BROKEN_DRIVERS, UNHANDLED_REJECTIONS } from './support/broken-drivers.js';
import { BROKEN_RACES } from './support/broken-races.js';
import { BROKEN_TIME } from './support/broken-time.js';
import { RecordedSuite } from './support/recorded-suite.js';
import { type BrokenStorage, createBrokenBackend } from './support/broken-storage.js';

const BROKEN_STORAGES: readonly BrokenStorage[] = [
  ...BROKEN_ENTRIES,
  ...BROKEN_TIME,
  ...BROKEN_RACES,
  ...BROKEN_LISTING_AND_LIFECYCLE,
];

describe('the suite detects a storage that', () => {
  it.each(BROKEN_STORAGES.map((broken) => [broken.rule, broken.bug, broken] as const))(
    '%s %s',
    async (_rule, bug, { rule, chapter, createBrokenMethods }) => {
      await expectDetected(createBrokenBackend(bug, createBrokenMethods), rule, chapter);
    },
  );

  it.each(BROKEN_DRIVERS.map((broken) => [broken.rule, broken.backend.name, broken] as const))(
    '%s %s',
    async (_rule, _bug, { backend, rule, chapter }) => {
      await expectDetected(backend, rule, chapter);
    },
  );
});

describe('the suite', () => {
  it.each([referenceBackend, faultyMemoryBackend])('finds no fault in $name', async (backend) => {
    expect(await new RecordedSuite(backend).failures()).toEqual([]);
  });

  it('finds no fault in a storage without replaced methods', async () => {
    const unchanged = createBrokenBackend('unchanged', () => ({}));
    expect(await new RecordedSuite(unchanged).failures()).toEqual([]);
  });

  it('accepts a storage without views only if it declares the trait no-views, and the reverse', async () => {
    const withoutViews = (): Partial<BaseStorage> => ({ withNamespace: throwNoViews });
    const declared = createBrokenBackend('no views', withoutViews, ['no-views']);
    expect(await new RecordedSuite(declared).failures()).toEqual([]);
    const undeclared = createBrokenBackend('no views', withoutViews);
    await expectDetected(undeclared, 'NS-1', 'namespaces');
    const wronglyDeclared = createBrokenBackend('views', () => ({}), ['no-views']);
    await expectDetected(wronglyDeclared, 'NS-1', 'namespaces');
  });

  it('is run on a broken storage for every rule that it proves', () => {
    // node-test.spec.ts detects unhandled rejections, under node:test.
    const broken = new Set([...BROKEN_STORAGES, ...BROKEN_DRIVERS].map(({ rule }) => rule));
    if (UNHANDLED_REJECTIONS.length > 0) broken.add('ER-5');
    const proved = RULES.filter(({ provedBy }) => provedBy === 'suite').map(({ id }) => id);
    expect(proved.filter((id) => !broken.has(id))).toEqual([]);
  });

  it('has a test for every rule that it proves', () => {
    const titles = [referenceBackend, faultyMemoryBackend].flatMap((backend) =>
      new RecordedSuite(backend).tests.map(({ title }) => title.split(' ')[0]),
    );
    const proved = RULES.filter(({ provedBy }) => provedBy === 'suite').map(({ id }) => id);
    expect(proved.filter((id) => !titles.includes(id))).toEqual([]);
    expect(titles.filter((id) => !RULES.some((rule) => rule.id === id))).toEqual([]);
  });
});

function throwNoViews(): never {
  throw new Error('This storage has no views.');
}

async function expectDetected(backend: ContractBackend, rule: string, chapter: string): Promise<void> {
  const suite = new RecordedSuite(backend);
  const failures = await suite.failures((test) => test.chapter === chapter && test.title.startsWith(`${rule} `));
  expect(failures.map(({ title }) => title)).not.toEqual([]);
}
