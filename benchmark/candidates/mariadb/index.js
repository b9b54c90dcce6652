import { fsmStorageInMariadb } from './fsm-storage.js';
import { keyvAsShipped, keyvAtBest } from './keyv.js';
import { heldConnection, pool, textPool } from './mysql2.js';
import { rateLimiter } from './rate-limiter-flexible.js';

/** @type {readonly import('../candidate.js').Candidate[]} */
export const candidates = [
  fsmStorageInMariadb,
  ...[heldConnection, pool, textPool],
  ...[keyvAtBest, keyvAsShipped],
  rateLimiter,
];
