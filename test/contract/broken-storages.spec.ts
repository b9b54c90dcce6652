import { describe, expect, it } from '@jest/globals';
import { RULES } from '../../src/testing/contract-rules.js';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import type { ContractBackend } from '../../src/testing/storage-harness.js';
import { faultyMemoryBackend, referenceBackend } from './support/memory-backends.js';
import { BROKEN_ENTRIES, type BrokenStorage } from './support/broken-entries.js';
import { BROKEN_MANNERS } from './support/broken-manners.js';
import { BROKEN_DRIVERS, UNHANDLED_REJECTIONS } from './support/broken-drivers.js';
import { BROKEN_RACES } from './support/broken-races.js';
import { BROKEN_TIME } from './support/broken-time.js';
import { RecordedSuite } from './support/recorded-suite.js';
import { createBrokenBackend } from './support/sabotage.js';

const BROKEN_STORAGES: readonly BrokenStorage[] = [
  ...BROKEN_ENTRIES,
  ...BROKEN_TIME,
  ...BROKEN_RACES,
  ...BROKEN_MANNERS,
];

describe('the suite catches a storage that', () => {
  it.each(BROKEN_STORAGES.map((broken) => [broken.rule, broken.bug, broken] as const))(
    '%s %s',
    async (_rule, bug, { rule, chapter, sabotage }) => {
      await expectCaught(createBrokenBackend(bug, sabotage), rule, chapter);
    },
  );

  it.each(BROKEN_DRIVERS.map((broken) => [broken.rule, broken.backend.name, broken] as const))(
    '%s %s',
    async (_rule, _bug, { backend, rule, chapter }) => {
      await expectCaught(backend, rule, chapter);
    },
  );
});

describe('the suite', () => {
  it.each([referenceBackend, faultyMemoryBackend])('finds nothing wrong with $name', async (backend) => {
    expect(await new RecordedSuite(backend).findings()).toEqual([]);
  });

  it('finds nothing wrong with a storage of which nothing was replaced', async () => {
    const untouched = createBrokenBackend('untouched', () => ({}));
    expect(await new RecordedSuite(untouched).findings()).toEqual([]);
  });

  it('finds nothing wrong with a storage that says it gives no views, and catches one that does not say so', async () => {
    const refuseViews = (): Partial<BaseStorage> => ({ withNamespace: refuseView });
    const honest = createBrokenBackend('no views', refuseViews, ['no-views']);
    expect(await new RecordedSuite(honest).findings()).toEqual([]);
    const dishonest = createBrokenBackend('no views', refuseViews);
    await expectCaught(dishonest, 'NS-1', 'namespaces');
    const untouched = createBrokenBackend('views', () => ({}), ['no-views']);
    await expectCaught(untouched, 'NS-1', 'namespaces');
  });

  it('is held against a broken storage for every rule that it proves', () => {
    // Those that reject unhandled are caught under node:test: see `node-test.spec.ts`.
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

function refuseView(): never {
  throw new Error('This storage gives no views.');
}

async function expectCaught(backend: ContractBackend, rule: string, chapter: string): Promise<void> {
  const suite = new RecordedSuite(backend);
  const findings = await suite.findings((test) => test.chapter === chapter && test.title.startsWith(`${rule} `));
  expect(findings.map(({ title }) => title)).not.toEqual([]);
}
