import { fsmStorageInFile } from '../sqlite-storage.js';
import { rateLimiterAsShipped, rateLimiterAtBest } from './rate-limiter-flexible.js';
import { batchedBetterSqlite3, rawBetterSqlite3 } from './raw.js';
import { sessionStoreAsShipped, sessionStoreAtBest } from './session-store.js';
import { unstorageAsShipped, unstorageAtBest } from './unstorage.js';

/** @type {readonly import('../candidate.js').Candidate[]} */
export const candidates = [
  fsmStorageInFile('better-sqlite3'),
  ...[rawBetterSqlite3, batchedBetterSqlite3(512), batchedBetterSqlite3(64)],
  ...[unstorageAtBest, unstorageAsShipped],
  ...[sessionStoreAtBest, sessionStoreAsShipped],
  ...[rateLimiterAtBest, rateLimiterAsShipped],
];
