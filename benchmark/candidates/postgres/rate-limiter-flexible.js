import pg from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { storeOverRateLimiter } from '../rate-limiter.js';
import { databaseUrl } from '../sql-place.js';
import { POOL_SIZE } from '../sql-store.js';

/** @type {import('../candidate.js').Candidate} */
export const rateLimiter = {
  id: 'rate-limiter-flexible',
  role: 'peer',
  settings: `RateLimiterPostgres over pg.Pool of ${POOL_SIZE}: named statements; nothing to set is faster; counters only`,
  async open(place) {
    const storeClient = new pg.Pool({ connectionString: await databaseUrl(place), max: POOL_SIZE });
    return storeOverRateLimiter(
      (options) =>
        new Promise((resolve, reject) => {
          const settings = { ...options, storeClient, storeType: 'pool' };
          const limiter = new RateLimiterPostgres(settings, (error) => (error ? reject(error) : resolve(limiter)));
        }),
      () => storeClient.end(),
    );
  },
};
