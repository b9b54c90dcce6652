import { createPool } from 'mysql2';
import { promisify } from 'node:util';
import { RateLimiterMySQL } from 'rate-limiter-flexible';
import { storeOverRateLimiter } from '../rate-limiter.js';
import { databaseUrl } from '../sql-place.js';
import { POOL_SIZE } from '../sql-store.js';

/** @type {import('../candidate.js').Candidate} */
export const rateLimiter = {
  id: 'rate-limiter-flexible',
  role: 'peer',
  settings: `RateLimiterMySQL over mysql2's pool of ${POOL_SIZE}: a transaction of four statements; nothing to set is faster; counters only`,
  async open(place) {
    const uri = await databaseUrl(place);
    const storeClient = createPool({ uri, connectionLimit: POOL_SIZE });
    const dbName = new URL(uri).pathname.slice(1);
    return storeOverRateLimiter(
      (options) =>
        new Promise((resolve, reject) => {
          const settings = { ...options, storeClient, storeType: 'pool', dbName };
          const limiter = new RateLimiterMySQL(settings, (error) => (error ? reject(error) : resolve(limiter)));
        }),
      promisify(storeClient.end.bind(storeClient)),
    );
  },
};
