import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { mariadbBackend } from '../contract/backends.js';

describe('mariadb', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(mariadbBackend, { runs: 40 });
  });
});
