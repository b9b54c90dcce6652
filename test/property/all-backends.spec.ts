import { describe, it } from '@jest/globals';
import { compareStorages } from '../../src/testing/compare-storages.js';
import { BACKENDS } from '../contract/backends.js';

describe('all backends', () => {
  it('show the same on one random program', async () => {
    await compareStorages(BACKENDS, { runs: 25 });
  });
});
