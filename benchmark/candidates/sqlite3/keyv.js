import { KeyvSqlite } from '@keyv/sqlite';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { storeOverCacheManager } from '../cache-manager.js';
import { failOnError, storeOverKeyv } from '../keyv.js';
import { databaseFile } from '../sqlite-file.js';
import { DURABLE, DURABLE_SETTINGS } from '../sqlite-statements.js';

/** @type {import('../candidate.js').Candidate} */
export const keyvAsShipped = {
  id: '@keyv/sqlite',
  role: 'peer',
  settings: 'as shipped: rollback journal, synchronous FULL',
  async open(place) {
    const adapter = openAdapter(place);
    return { ...storeOverKeyv(failOnError(new Keyv({ store: adapter }))), setSync: syncOf(adapter) };
  },
};

/** @type {import('../candidate.js').Candidate} */
export const keyvAtBest = {
  id: '@keyv/sqlite, best',
  role: 'peer',
  settings: `${DURABLE_SETTINGS}, by its query method; no namespace`,
  async open(place) {
    const adapter = await openAtBest(place);
    return { ...storeOverKeyv(createKeyv(adapter)), setSync: syncOf(adapter) };
  },
};

/** @type {import('../candidate.js').Candidate} */
export const cacheManagerAtBest = {
  id: 'cache-manager, best',
  role: 'peer',
  settings: `over @keyv/sqlite at its best: ${DURABLE_SETTINGS}`,
  async open(place) {
    const adapter = await openAtBest(place);
    return { ...storeOverCacheManager(createCache({ stores: [createKeyv(adapter)] })), setSync: syncOf(adapter) };
  },
};

/** @param {import('../candidate.js').Place} place */
function openAdapter(place) {
  return failOnError(new KeyvSqlite(`sqlite://${databaseFile(place)}`));
}

/** @param {import('../candidate.js').Place} place */
async function openAtBest(place) {
  const adapter = openAdapter(place);
  for (const pragma of DURABLE) await adapter.query(pragma);
  return adapter;
}

/** @param {KeyvSqlite} adapter */
function createKeyv(adapter) {
  return failOnError(new Keyv({ store: adapter, namespace: undefined, useKeyPrefix: false }));
}

/** @param {KeyvSqlite} adapter */
function syncOf(adapter) {
  return (/** @type {'OFF' | 'FULL'} */ mode) => adapter.query(`PRAGMA synchronous = ${mode}`);
}
