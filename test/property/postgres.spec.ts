import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { postgresBackend } from '../contract/backends.js';

describe('postgres', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(postgresBackend, { runs: 40 });
  });
});
