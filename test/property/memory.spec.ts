import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { memoryBackend } from '../contract/support/memory-backends.js';

describe('memory', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(memoryBackend, { runs: 500 });
  });
});
