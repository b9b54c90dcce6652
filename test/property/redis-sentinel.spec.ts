import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { redisSentinelBackend } from '../contract/backends.js';

describe('redis sentinel', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(redisSentinelBackend, { runs: 15 });
  });
});
