import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import { storeOverUnstorage } from '../unstorage.js';
import { redisOf } from './place.js';

/** @type {import('../candidate.js').Candidate} */
export const unstorageAsShipped = {
  id: 'unstorage',
  role: 'peer',
  settings: 'redis driver, as shipped: over ioredis, SCAN by tens',
  open: (place) => open(place, {}),
};

/** @type {import('../candidate.js').Candidate} */
export const unstorageAtBest = {
  id: 'unstorage, best',
  role: 'peer',
  settings: 'redis driver, enableAutoPipelining, scanCount 1000',
  open: (place) => open(place, { enableAutoPipelining: true, scanCount: 1000 }),
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {import('unstorage/drivers/redis').RedisOptions} settings
 */
async function open(place, settings) {
  const { port, database } = redisOf(place);
  const driver = redisDriver({ host: '127.0.0.1', port, db: database, ...settings });
  return storeOverUnstorage(createStorage({ driver }), { canExpire: true });
}
