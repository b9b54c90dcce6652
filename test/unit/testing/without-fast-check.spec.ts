import { describe, expect, it, jest } from '@jest/globals';
import type { ContractBackend } from '../../../src/testing/storage-harness.js';

jest.unstable_mockModule('fast-check', () => {
  throw Object.assign(new Error("Cannot find package 'fast-check' imported from x.js"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
});

const { checkAgainstReference, compareStorages, CONTRACT_CHAPTERS, FakeClock, ReferenceStorage } =
  await import('../../../src/testing/index.js');

const MISSING = {
  code: 'MISSING_DEPENDENCY',
  packages: ['fast-check'],
  message: expect.stringContaining('npm install fast-check@'),
};

const backend: ContractBackend = {
  name: 'reference',
  createHarness: () => ({
    createStorage: (options) => new ReferenceStorage(options),
    passTime: () => undefined,
    dispose: () => undefined,
  }),
};

describe('the entry ./testing without fast-check', () => {
  it('loads everything that does not run random programs', () => {
    expect(new FakeClock(5).now()).toBe(5);
    expect(CONTRACT_CHAPTERS.length).toBeGreaterThan(0);
  });

  it('ER-2 rejects random programs and names the package to install', async () => {
    await expect(compareStorages([backend])).rejects.toMatchObject(MISSING);
    await expect(checkAgainstReference(backend)).rejects.toMatchObject(MISSING);
  });
});
