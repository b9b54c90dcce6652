import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { redisClusterBackend } from '../contract/backends.js';

describe('redis cluster', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(redisClusterBackend, { runs: 15 });
  });
});
