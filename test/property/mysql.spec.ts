import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { mysqlBackend } from '../contract/backends.js';

describe('mysql', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(mysqlBackend, { runs: 40 });
  });
});
