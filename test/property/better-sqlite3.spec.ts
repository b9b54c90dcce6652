import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { betterSqlite3Backend } from '../contract/backends.js';

describe('better-sqlite3', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(betterSqlite3Backend, { runs: 60 });
  });
});
