import pg from 'pg';
import { NAMESPACE } from '../sql-store.js';
import { SEED } from './statements.js';

const BATCH = 10_000;

/**
 * Prepares and inspects a table over a separate connection.
 * @param {string} url
 * @param {string} table
 * @returns {Pick<Required<import('../candidate.js').Store>, 'usedBytes'>}
 */
export function sizeOf(url, table) {
  return {
    usedBytes: () =>
      apart(url, async (client) => {
        const { rows } = await client.query('SELECT pg_total_relation_size($1::regclass) AS bytes', [table]);
        return Number(rows[0].bytes);
      }),
  };
}

/**
 * Fills the documented table. It is vacuumed afterwards, because the server would otherwise do so during a measurement.
 * @param {string} url
 * @param {readonly string[]} identifiers
 * @param {string} text to put under each
 */
export function seedStates(url, identifiers, text) {
  return seedTable(url, 'fsm_state', identifiers, (client, batch) => client.query(SEED, [NAMESPACE, batch, text]));
}

/**
 * @param {string} url
 * @param {string} table
 * @param {readonly string[]} identifiers
 * @param {(client: pg.Client, batch: readonly string[]) => Promise<unknown>} insert
 */
export function seedTable(url, table, identifiers, insert) {
  return apart(url, async (client) => {
    await client.query('SET synchronous_commit = off');
    for (let from = 0; from < identifiers.length; from += BATCH) {
      await insert(client, identifiers.slice(from, from + BATCH));
    }
    await client.query(`VACUUM (ANALYZE) ${table}`);
  });
}

/**
 * @template T
 * @param {string} url
 * @param {(client: pg.Client) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function apart(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
