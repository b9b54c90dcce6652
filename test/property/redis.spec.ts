import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { redisBackend } from '../contract/backends.js';

describe('redis', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(redisBackend, { runs: 40 });
  });
});
