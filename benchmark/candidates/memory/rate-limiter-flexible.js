import { RateLimiterMemory } from 'rate-limiter-flexible';
import { storeOverRateLimiter } from '../rate-limiter.js';

/** @type {import('../candidate.js').Candidate} */
export const rateLimiterInMemory = {
  id: 'rate-limiter-flexible',
  role: 'peer',
  settings: 'RateLimiterMemory, as shipped: counters only; a timer for each key that expires',
  open: () =>
    storeOverRateLimiter(
      (options) => new RateLimiterMemory(options),
      () => {},
    ),
};
