import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { storeOverCacheManager } from '../cache-manager.js';

/** @type {import('../candidate.js').Candidate} */
export const cacheManagerAsShipped = {
  id: 'cache-manager',
  role: 'peer',
  settings: 'createCache(), as shipped',
  open: async () => storeOverCacheManager(createCache()),
};

/** @type {import('../candidate.js').Candidate} */
export const cacheManagerAtBest = {
  id: 'cache-manager, best',
  role: 'peer',
  settings: 'over a Keyv without serialization (no copy at all) and without key prefix',
  async open() {
    const keyv = new Keyv({ useKeyPrefix: false });
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    return storeOverCacheManager(createCache({ stores: [keyv] }));
  },
};
