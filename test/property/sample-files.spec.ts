import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { sampleFileBackend } from '../contract/backends.js';

describe('sample-files', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(sampleFileBackend, { runs: 30 });
  });
});
