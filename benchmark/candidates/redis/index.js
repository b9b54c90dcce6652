import { connectRedis } from './connect-redis.js';
import { fsmStorageInRedis } from './fsm-storage.js';
import { guardedIoredis, pipeliningIoredis, plainIoredis } from './ioredis.js';
import { cacheManagerAtBest, keyvAsShipped, keyvAtBest } from './keyv.js';
import { rateLimiterAsShipped, rateLimiterAtBest } from './rate-limiter-flexible.js';
import { guardedRespClient, respClient } from './resp.js';
import { unstorageAsShipped, unstorageAtBest } from './unstorage.js';

/** @type {readonly import('../candidate.js').Candidate[]} */
export const candidates = [
  fsmStorageInRedis([]),
  ...[plainIoredis, guardedIoredis, pipeliningIoredis, respClient, guardedRespClient],
  ...[keyvAtBest, keyvAsShipped, cacheManagerAtBest],
  ...[unstorageAtBest, unstorageAsShipped],
  connectRedis,
  ...[rateLimiterAtBest, rateLimiterAsShipped],
];

/** @type {((layers: readonly import('nestjs-fsm-storage').DriverLayer[]) => import('../candidate.js').Candidate) | undefined} */
export const withLayers = fsmStorageInRedis;
