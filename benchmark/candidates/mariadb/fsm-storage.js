import { MariadbStorage } from 'nestjs-fsm-storage/typeorm';
import { SMALL_TEXTS } from '../../workload/documents.js';
import { storeOver } from '../fsm-storage.js';
import { databaseUrl } from '../sql-place.js';
import { bytesOfStates, seedStates } from './table.js';

/** @type {import('../candidate.js').Candidate} */
export const fsmStorageInMariadb = {
  id: 'fsm-storage',
  role: 'ours',
  settings: 'new MariadbStorage({ url }), as it comes: a pool of 10',
  async open(place) {
    const url = await databaseUrl(place);
    const storage = new MariadbStorage({ url });
    await storage.start();
    return {
      ...storeOver(storage),
      seed: (identifiers) => seedStates(url, identifiers, SMALL_TEXTS.canonical),
      usedBytes: () => bytesOfStates(url),
    };
  },
};
