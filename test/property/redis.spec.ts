import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { redisBackend } from '../contract/backends.js';

describe('redis', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(redisBackend, { runs: 40 });
  });
});
