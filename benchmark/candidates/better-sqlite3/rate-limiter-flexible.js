import Database from 'better-sqlite3';
import { RateLimiterSQLite } from 'rate-limiter-flexible';
import { storeOverRateLimiter } from '../rate-limiter.js';
import { databaseFile } from '../sqlite-file.js';
import { DURABLE, DURABLE_SETTINGS } from '../sqlite-statements.js';

/** @type {import('../candidate.js').Candidate} */
export const rateLimiterAsShipped = {
  id: 'rate-limiter-flexible',
  role: 'peer',
  settings: 'RateLimiterSQLite, as shipped, over new Database(path): rollback journal, synchronous FULL; counters only',
  open: (place) => open(place, []),
};

/** @type {import('../candidate.js').Candidate} */
export const rateLimiterAtBest = {
  id: 'rate-limiter-flexible, best',
  role: 'peer',
  settings: `RateLimiterSQLite, ${DURABLE_SETTINGS}; counters only`,
  open: (place) => open(place, DURABLE),
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {readonly string[]} pragmas
 */
async function open(place, pragmas) {
  const storeClient = new Database(databaseFile(place));
  for (const pragma of pragmas) storeClient.exec(pragma);
  return storeOverRateLimiter(
    (options) =>
      new Promise((resolve, reject) => {
        const settings = { ...options, storeClient, storeType: 'better-sqlite3', tableName: 'limits' };
        const limiter = new RateLimiterSQLite(settings, (error) => (error ? reject(error) : resolve(limiter)));
      }),
    () => void storeClient.close(),
  );
}
