import { Keyv } from 'keyv';
import { storeOverKeyv } from '../keyv.js';

/** @type {import('../candidate.js').Candidate} */
export const keyvAsShipped = {
  id: 'keyv',
  role: 'peer',
  settings: 'new Keyv(), as shipped: JSON in a Map',
  open: async () => storeOverKeyv(new Keyv()),
};

/** @type {import('../candidate.js').Candidate} */
export const keyvAtBest = {
  id: 'keyv, best',
  role: 'peer',
  settings: 'serialize and deserialize undefined (no copy at all), useKeyPrefix false',
  async open() {
    const keyv = new Keyv({ useKeyPrefix: false });
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    return storeOverKeyv(keyv);
  },
};
