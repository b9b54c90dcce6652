import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { redisClusterBackend } from '../contract/backends.js';

describe('redis cluster', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(redisClusterBackend, { runs: 15 });
  });
});
