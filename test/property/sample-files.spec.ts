import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { sampleFileBackend } from '../contract/backends.js';

describe('sample-files', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(sampleFileBackend, { runs: 30 });
  });
});
