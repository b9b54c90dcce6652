import { describe, it } from '@jest/globals';
import { compareStorages } from '../../src/testing/compare-storages.js';
import { BACKENDS } from '../contract/backends.js';

describe('all backends', () => {
  it('return the same results for the same random programs', async () => {
    await compareStorages(BACKENDS, { runs: 25 });
  });
});
