import { Keyv } from 'keyv';
import { SMALL } from '../../workload/documents.js';
import { failOnError, storeOverKeyv } from '../keyv.js';
import { importCopy } from '../keyv-copy.js';
import { databaseUrl } from '../sql-place.js';
import { POOL_SIZE } from '../sql-store.js';
import { seedTable } from './table.js';

/** @type {import('../candidate.js').Candidate} */
export const keyvAsShipped = {
  id: '@keyv/mysql',
  role: 'peer',
  settings: `new Keyv(new KeyvMysql({ uri })), as shipped: mysql2's own pool of ${POOL_SIZE}, parameters put into the text`,
  open: (place) => open(place, 'keyv:', {}),
};

/** @type {import('../candidate.js').Candidate} */
export const keyvAtBest = {
  id: '@keyv/mysql, best',
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
  const { KeyvMysql } = await importCopy('@keyv/mysql', place);
  const keyv = failOnError(new Keyv({ store: failOnError(new KeyvMysql({ uri })), ...settings }));
  await keyv.get('the table is made by now');
  const insert = 'INSERT INTO keyv (id, value) VALUES ? ON DUPLICATE KEY UPDATE value = VALUES(value)';
  const text = JSON.stringify({ value: SMALL, expires: null });
  return {
    ...storeOverKeyv(keyv),
    seed: (identifiers) => seedTable(uri, insert, identifiers, (identifier) => [prefix + identifier, text]),
  };
}
