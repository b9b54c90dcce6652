import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { mariadbBackend } from '../contract/backends.js';

describe('mariadb', () => {
  it('returns the same results as the reference model for random programs', async () => {
    await checkAgainstReference(mariadbBackend, { runs: 40 });
  });
});
