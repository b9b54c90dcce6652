import { cacheManagerAsShipped, cacheManagerAtBest } from './cache-manager.js';
import { fsmStorageInMemory } from './fsm-storage.js';
import { keyvAsShipped, keyvAtBest } from './keyv.js';
import { asyncMap } from './map.js';
import { rateLimiterInMemory } from './rate-limiter-flexible.js';
import { unstorageAsShipped, unstorageAtBest } from './unstorage.js';

/** @type {readonly import('../candidate.js').Candidate[]} */
export const candidates = [
  fsmStorageInMemory([]),
  asyncMap,
  ...[keyvAtBest, keyvAsShipped],
  ...[unstorageAtBest, unstorageAsShipped],
  ...[cacheManagerAtBest, cacheManagerAsShipped],
  rateLimiterInMemory,
];

/** @type {((layers: readonly import('nestjs-fsm-storage').DriverLayer[]) => import('../candidate.js').Candidate) | undefined} */
export const withLayers = fsmStorageInMemory;
