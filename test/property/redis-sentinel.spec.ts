import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { redisSentinelBackend } from '../contract/backends.js';

describe('redis sentinel', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(redisSentinelBackend, { runs: 15 });
  });
});
