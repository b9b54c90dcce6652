import pg from 'pg';
import { SMALL_TEXTS } from '../../workload/documents.js';
import { databaseUrl } from '../sql-place.js';
import { endOf } from '../sqlite-statements.js';
import { NAMESPACE, POOL_SIZE, storeOverStatements } from '../sql-store.js';
import * as sql from './statements.js';
import { seedStates, sizeOf } from './table.js';

/**
 * The limit for sequential calls.
 * @type {import('../candidate.js').Candidate}
 */
export const heldClient = {
  id: 'pg',
  role: 'limit',
  settings:
    'one client, held, one call at a time; named statements, which the server prepares once; JSON.stringify and JSON.parse',
  maxInFlight: 1,
  async open(place) {
    const url = await databaseUrl(place);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return createStore(oneAtATime(client), url, { isNamed: true });
  },
};

/**
 * The limit for calls in flight.
 * @type {import('../candidate.js').Candidate}
 */
export const pool = {
  id: 'pg, pool',
  role: 'limit',
  settings: `pool.query over ${POOL_SIZE} connections; named statements as above`,
  open: (place) => openPool(place, { isNamed: true }),
};

/**
 * The limit without statement names, which a pooler may not support.
 * @type {import('../candidate.js').Candidate}
 */
export const unnamedPool = {
  id: 'pg, pool, unnamed',
  role: 'limit',
  settings: 'the same; statements without a name, which the server parses and plans for each call',
  open: (place) => openPool(place, { isNamed: false }),
};

/**
 * A client runs one query at a time; only the verification makes concurrent calls.
 * @param {pg.Client} client
 * @returns {Pick<pg.Client, 'query' | 'end'>}
 */
function oneAtATime(client) {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  const query = (/** @type {any} */ config) => {
    const answer = last.then(() => client.query(config));
    last = answer.catch(() => {}); // Its caller gets the failure.
    return answer;
  };
  return { query: /** @type {any} */ (query), end: () => client.end() };
}

/**
 * @param {import('../candidate.js').Place} place
 * @param {{ isNamed: boolean }} settings
 */
async function openPool(place, settings) {
  const url = await databaseUrl(place);
  return createStore(new pg.Pool({ connectionString: url, max: POOL_SIZE }), url, settings);
}

/**
 * @param {Pick<pg.Client | pg.Pool, 'query' | 'end'>} client
 * @param {string} url
 * @param {{ isNamed: boolean }} settings
 * @returns {Promise<import('../candidate.js').Store>}
 */
async function createStore(client, url, { isNamed }) {
  await client.query(sql.CREATE_TABLES);
  /**
   * @param {string} name
   * @param {unknown[]} values
   * @returns {Promise<pg.QueryResult<any>>}
   */
  const ask = (name, ...values) => {
    const text = sql[/** @type {keyof typeof sql} */ (name)];
    return client.query(isNamed ? { name, text, values } : { text, values });
  };
  const store = storeOverStatements({
    set: (identifier, text, ttlMs) => ask('SET', NAMESPACE, identifier, text, ttlMs),
    get: async (identifier) => (await ask('GET', NAMESPACE, identifier)).rows[0]?.state_json,
    compareAndSet: async (identifier, expected, next) =>
      (await ask('COMPARE_AND_SET', NAMESPACE, identifier, expected, next)).rowCount === 1,
    increment: async (identifier, ttlMs) =>
      Number((await ask('INCREMENT', NAMESPACE, identifier, 1, ttlMs)).rows[0].value),
    getMany: async (identifiers) => (await ask('GET_MANY', NAMESPACE, identifiers)).rows,
    list: async (prefix) => (await ask('LIST', NAMESPACE, prefix, endOf(prefix))).rows,
    clear: async () => {
      await ask('CLEAR_STATES', NAMESPACE);
      await ask('CLEAR_COUNTERS', NAMESPACE);
    },
  });
  const seed = (/** @type {readonly string[]} */ identifiers) => seedStates(url, identifiers, SMALL_TEXTS.plain);
  return { ...store, ...sizeOf(url, 'fsm_state'), seed, close: () => client.end() };
}
