import { fsmStorageInFile } from '../sqlite-storage.js';
import { cacheManagerAtBest, keyvAsShipped, keyvAtBest } from './keyv.js';
import { rateLimiterAtBest } from './rate-limiter-flexible.js';
import { batchedSqlite3, rawSqlite3 } from './raw.js';

/** @type {readonly import('../candidate.js').Candidate[]} */
export const candidates = [
  fsmStorageInFile('sqlite3'),
  ...[rawSqlite3, batchedSqlite3],
  ...[keyvAtBest, keyvAsShipped, cacheManagerAtBest],
  rateLimiterAtBest,
];
