import { MemoryStorage } from 'nestjs-fsm-storage';
import { storeOver } from '../fsm-storage.js';

/**
 * @param {readonly import('nestjs-fsm-storage').DriverLayer[]} layers
 * @returns {import('../candidate.js').Candidate}
 */
export function fsmStorageInMemory(layers) {
  return {
    id: 'fsm-storage',
    role: 'ours',
    settings: 'new MemoryStorage(), as it comes: every document is checked and copied in and out',
    async open() {
      const storage = new MemoryStorage({ layers });
      await storage.start();
      return storeOver(storage);
    },
  };
}
