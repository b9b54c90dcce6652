import KeyvRedis, { createKeyv } from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { storeOverCacheManager } from '../cache-manager.js';
import { failOnError, storeOverKeyv } from '../keyv.js';
import { urlOf } from './place.js';

/** @type {import('../candidate.js').Candidate} */
export const keyvAsShipped = {
  id: '@keyv/redis',
  role: 'peer',
  settings: 'new Keyv(new KeyvRedis(url)), as shipped',
  open: async (place) => storeOverKeyv(failOnError(new Keyv(new KeyvRedis(urlOf(place))))),
};

/** @type {import('../candidate.js').Candidate} */
export const keyvAtBest = {
  id: '@keyv/redis, best',
  role: 'peer',
  settings: 'createKeyv(url): no namespace, keys without a prefix, UNLINK; noNamespaceAffectsAll for clear',
  open: async (place) => storeOverKeyv(openAtBest(place)),
};

/** @type {import('../candidate.js').Candidate} */
export const cacheManagerAtBest = {
  id: 'cache-manager, best',
  role: 'peer',
  settings: 'createCache over createKeyv(url) of @keyv/redis, as its readme has it',
  open: async (place) => storeOverCacheManager(createCache({ stores: [openAtBest(place)] })),
};

/** @param {import('../candidate.js').Place} place */
function openAtBest(place) {
  return failOnError(createKeyv(urlOf(place), { noNamespaceAffectsAll: true, useUnlink: true }));
}
