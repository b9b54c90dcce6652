import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { storeOverRateLimiter } from '../rate-limiter.js';
import { redisOf } from './place.js';

/** @type {import('../candidate.js').Candidate} */
export const rateLimiterAsShipped = {
  id: 'rate-limiter-flexible',
  role: 'peer',
  settings: 'RateLimiterRedis, as shipped, over ioredis; counters only',
  open: (place) => open(place, false),
};

/** @type {import('../candidate.js').Candidate} */
export const rateLimiterAtBest = {
  id: 'rate-limiter-flexible, best',
  role: 'peer',
  settings: 'RateLimiterRedis over ioredis with enableAutoPipelining; counters only',
  open: (place) => open(place, true),
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {boolean} enableAutoPipelining
 */
async function open(place, enableAutoPipelining) {
  const { port, database } = redisOf(place);
  const storeClient = new Redis({ host: '127.0.0.1', port, db: database, enableAutoPipelining });
  return storeOverRateLimiter(
    (options) => new RateLimiterRedis({ ...options, storeClient }),
    () => storeClient.disconnect(),
  );
}
