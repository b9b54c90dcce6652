import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { sqlite3Backend } from '../contract/backends.js';

describe('sqlite3', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(sqlite3Backend, { runs: 40 });
  });
});
