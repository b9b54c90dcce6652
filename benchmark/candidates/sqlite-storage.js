import { SqliteStorage } from 'nestjs-fsm-storage/typeorm';
import { storeOver } from './fsm-storage.js';
import { bytesOfFile, databaseFile, seedFile } from './sqlite-file.js';
import { SMALL_TEXTS } from '../workload/documents.js';

/**
 * @param {'better-sqlite3' | 'sqlite3'} driver
 * @returns {import('./candidate.js').Candidate}
 */
export function fsmStorageInFile(driver) {
  return {
    id: 'fsm-storage',
    role: 'ours',
    settings: `new SqliteStorage({ path, driver: '${driver}' }): durability 'full', which is WAL, synchronous FULL`,
    async open(place) {
      const file = databaseFile(place);
      const storage = new SqliteStorage({ path: file, driver });
      await storage.start();
      return {
        ...storeOver(storage),
        seed: (identifiers) => seedFile(file, identifiers, SMALL_TEXTS.canonical),
        usedBytes: () => bytesOfFile(file),
      };
    },
  };
}
