import { connectPg } from './session-store.js';
import { fsmStorageInPostgres } from './fsm-storage.js';
import { keyvAsShipped, keyvAtBest } from './keyv.js';
import { heldClient, pool, unnamedPool } from './pg.js';
import { rateLimiter } from './rate-limiter-flexible.js';

/** @type {readonly import('../candidate.js').Candidate[]} */
export const candidates = [
  fsmStorageInPostgres,
  ...[heldClient, pool, unnamedPool],
  ...[keyvAtBest, keyvAsShipped],
  ...[connectPg, rateLimiter],
];
