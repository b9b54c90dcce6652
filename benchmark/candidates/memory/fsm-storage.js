import { MemoryStorage } from 'nestjs-fsm-storage';
import { storeOver } from '../fsm-storage.js';

/** @type {import('../candidate.js').Candidate} */
export const fsmStorageInMemory = {
  id: 'fsm-storage',
  role: 'ours',
  settings: 'new MemoryStorage(), as it comes: every document is checked and copied in and out',
  async open() {
    const storage = new MemoryStorage();
    await storage.start();
    return storeOver(storage);
  },
};
