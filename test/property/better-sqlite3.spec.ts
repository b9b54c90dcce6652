import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { betterSqlite3Backend } from '../contract/backends.js';

describe('better-sqlite3', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(betterSqlite3Backend, { runs: 60 });
  });
});
