import { Keyv } from 'keyv';
import { SMALL } from '../../workload/documents.js';
import { failOnError, storeOverKeyv } from '../keyv.js';
import { importCopy } from '../keyv-copy.js';
import { databaseUrl } from '../sql-place.js';
import { POOL_SIZE } from '../sql-store.js';
import { seedTable } from './table.js';

/** @type {import('../candidate.js').Candidate} */
export const keyvAsShipped = {
  id: '@keyv/postgres',
  role: 'peer',
  settings: `new Keyv(new KeyvPostgres({ uri })), as shipped: pg's own pool of ${POOL_SIZE}`,
  open: (place) => open(place, 'keyv:', {}),
};

/** @type {import('../candidate.js').Candidate} */
export const keyvAtBest = {
  id: '@keyv/postgres, best',
  role: 'peer',
  settings: 'the same; keys without a prefix, no namespace',
  open: (place) => open(place, '', { namespace: undefined, useKeyPrefix: false }),
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {string} prefix of its keys
 * @param {import('keyv').KeyvOptions} settings
 * @returns {Promise<import('../candidate.js').Store>}
 */
async function open(place, prefix, settings) {
  const uri = await databaseUrl(place);
  const { KeyvPostgres } = await importCopy('@keyv/postgres', place);
  const keyv = failOnError(new Keyv({ store: failOnError(new KeyvPostgres({ uri })), ...settings }));
  await keyv.get('the table is made by now');
  return { ...storeOverKeyv(keyv), seed: (identifiers) => seed(uri, prefix, identifiers) };
}

/**
 * @param {string} url
 * @param {string} prefix
 * @param {readonly string[]} identifiers
 */
function seed(url, prefix, identifiers) {
  const insert = `INSERT INTO keyv (key, value) SELECT $1 || unnest($2::text[]), $3
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  const text = JSON.stringify({ value: SMALL, expires: null });
  return seedTable(url, 'keyv', identifiers, (client, batch) => client.query(insert, [prefix, batch, text]));
}
