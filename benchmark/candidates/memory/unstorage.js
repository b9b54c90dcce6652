import { createStorage } from 'unstorage';
import memoryDriver from 'unstorage/drivers/memory';
import { storeOverUnstorage } from '../unstorage.js';

/** @type {import('../candidate.js').Candidate} */
export const unstorageAsShipped = {
  id: 'unstorage',
  role: 'peer',
  settings: 'createStorage(), as shipped: JSON in a Map; no time to live in memory',
  open: async () => storeOverUnstorage(createStorage(), { canExpire: false }),
};

/** @type {import('../candidate.js').Candidate} */
export const unstorageAtBest = {
  id: 'unstorage, best',
  role: 'peer',
  settings: 'setItemRaw and getItemRaw: no copy at all',
  async open() {
    const storage = createStorage({ driver: memoryDriver() });
    return {
      ...storeOverUnstorage(storage, { canExpire: false }),
      set: (identifier, document) => storage.setItemRaw(identifier, document),
      get: (identifier) => storage.getItemRaw(identifier),
      getMany: (identifiers) => Promise.all(identifiers.map((identifier) => storage.getItemRaw(identifier))),
    };
  },
};
