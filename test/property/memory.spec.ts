import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { memoryBackend } from '../contract/support/memory-backends.js';

describe('memory', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(memoryBackend, { runs: 500 });
  });
});
