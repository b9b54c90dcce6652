import { promisify } from 'node:util';
import { RateLimiterSQLite } from 'rate-limiter-flexible';
import { storeOverRateLimiter } from '../rate-limiter.js';
import { databaseFile } from '../sqlite-file.js';
import { DURABLE_SETTINGS } from '../sqlite-statements.js';
import { openDatabase } from './raw.js';

/** @type {import('../candidate.js').Candidate} */
export const rateLimiterAtBest = {
  id: 'rate-limiter-flexible, best',
  role: 'peer',
  settings: `RateLimiterSQLite, ${DURABLE_SETTINGS}; counters only; one call in flight, as with more its transaction stays open and nothing reaches the file`,
  maxInFlight: 1,
  async open(place) {
    const storeClient = await openDatabase(databaseFile(place));
    return storeOverRateLimiter(
      (options) =>
        new Promise((resolve, reject) => {
          const settings = { ...options, storeClient, storeType: 'sqlite3', tableName: 'limits' };
          const limiter = new RateLimiterSQLite(settings, (error) => (error ? reject(error) : resolve(limiter)));
        }),
      promisify(storeClient.close.bind(storeClient)),
    );
  },
};
