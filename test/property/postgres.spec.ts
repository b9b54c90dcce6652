import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { postgresBackend } from '../contract/backends.js';

describe('postgres', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(postgresBackend, { runs: 40 });
  });
});
