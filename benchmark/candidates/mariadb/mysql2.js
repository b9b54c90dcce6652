import { createConnection, createPool } from 'mysql2/promise';
import { SMALL_TEXTS } from '../../workload/documents.js';
import { databaseUrl } from '../sql-place.js';
import { endOf } from '../sqlite-statements.js';
import { NAMESPACE, POOL_SIZE, storeOverStatements } from '../sql-store.js';
import * as sql from './statements.js';
import { bytesOfStates, seedStates } from './table.js';

/** @typedef {import('mysql2/promise').Connection | import('mysql2/promise').Pool} Client */

/**
 * The limit for one call after another.
 * @type {import('../candidate.js').Candidate}
 */
export const heldConnection = {
  id: 'mysql2',
  role: 'limit',
  settings:
    'one connection, held, one call at a time; execute, whose statements the server prepares once; JSON.stringify and JSON.parse',
  maxInFlight: 1,
  async open(place) {
    const url = await databaseUrl(place);
    return createStore(await createConnection(url), url, 'execute');
  },
};

/**
 * The limit for calls in flight.
 * @type {import('../candidate.js').Candidate}
 */
export const pool = {
  id: 'mysql2, pool',
  role: 'limit',
  settings: `pool.execute over ${POOL_SIZE} connections; statements as above`,
  open: (place) => openPool(place, 'execute'),
};

/**
 * What prepared statements are worth.
 * @type {import('../candidate.js').Candidate}
 */
export const textPool = {
  id: 'mysql2, pool, query',
  role: 'limit',
  settings:
    'pool.query in the place of pool.execute: parameters are put into the text, which the server parses each time',
  open: (place) => openPool(place, 'query'),
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {'execute' | 'query'} method
 */
async function openPool(place, method) {
  const url = await databaseUrl(place);
  return createStore(createPool({ uri: url, connectionLimit: POOL_SIZE }), url, method);
}

/**
 * @param {Client} client
 * @param {string} url
 * @param {'execute' | 'query'} method
 * @returns {Promise<import('../candidate.js').Store>}
 */
async function createStore(client, url, method) {
  for (const statement of sql.CREATE_TABLES) await client.query(statement);
  /**
   * @param {string} statement
   * @param {(string | number | null)[]} values
   * @returns {Promise<any>}
   */
  const ask = async (statement, ...values) => {
    const [answer] = await (method === 'execute' ? client.execute(statement, values) : client.query(statement, values));
    return answer;
  };
  const store = storeOverStatements({
    set: (identifier, text, ttlMs) => ask(sql.SET, NAMESPACE, identifier, text, ttlMs),
    get: async (identifier) => (await ask(sql.GET, NAMESPACE, identifier))[0]?.state_json,
    compareAndSet: async (identifier, expected, next) =>
      (await ask(sql.COMPARE_AND_SET, next, NAMESPACE, identifier, expected)).affectedRows === 1,
    increment: async (identifier, ttlMs) => (await ask(sql.INCREMENT, NAMESPACE, identifier, 1, ttlMs)).insertId,
    getMany: (identifiers) => ask(sql.getMany(identifiers.length), NAMESPACE, ...identifiers),
    list: (prefix) => ask(sql.LIST, NAMESPACE, prefix, endOf(prefix)),
    clear: async () => {
      for (const statement of sql.CLEAR) await ask(statement, NAMESPACE);
    },
  });
  return {
    ...store,
    seed: (identifiers) => seedStates(url, identifiers, SMALL_TEXTS.plain),
    usedBytes: () => bytesOfStates(url),
    close: () => client.end(),
  };
}
