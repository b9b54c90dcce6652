import { describe, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { mysqlBackend } from '../contract/backends.js';

describe('mysql', () => {
  it('shows the same as the reference model on random programs', async () => {
    await checkAgainstReference(mysqlBackend, { runs: 40 });
  });
});
