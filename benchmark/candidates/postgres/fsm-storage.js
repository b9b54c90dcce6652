import { PostgresStorage } from 'nestjs-fsm-storage/typeorm';
import { SMALL_TEXTS } from '../../workload/documents.js';
import { storeOver } from '../fsm-storage.js';
import { databaseUrl } from '../sql-place.js';
import { seedStates, sizeOf } from './table.js';

/** @type {import('../candidate.js').Candidate} */
export const fsmStorageInPostgres = {
  id: 'fsm-storage',
  role: 'ours',
  settings: 'new PostgresStorage({ url }), as it comes: a pool of 10',
  async open(place) {
    const url = await databaseUrl(place);
    const storage = new PostgresStorage({ url });
    await storage.start();
    return {
      ...storeOver(storage),
      ...sizeOf(url, 'fsm_state'),
      seed: (identifiers) => seedStates(url, identifiers, SMALL_TEXTS.canonical),
    };
  },
};
