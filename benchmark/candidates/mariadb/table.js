import { createConnection } from 'mysql2/promise';
import { NAMESPACE } from '../sql-store.js';

const BATCH = 2000;

/**
 * Fills the documented table.
 * @param {string} url
 * @param {readonly string[]} identifiers
 * @param {string} text to put under each
 */
export function seedStates(url, identifiers, text) {
  const insert = `INSERT INTO fsm_state (namespace, identifier, state_json) VALUES ?
    ON DUPLICATE KEY UPDATE state_json = VALUES(state_json), expires_at = NULL`;
  return seedTable(url, insert, identifiers, (identifier) => [NAMESPACE, identifier, text]);
}

/**
 * In one transaction, over a separate connection.
 * @param {string} url
 * @param {string} insert
 * @param {readonly string[]} identifiers
 * @param {(identifier: string) => readonly string[]} toRow
 */
export function seedTable(url, insert, identifiers, toRow) {
  return apart(url, async (connection) => {
    await connection.query('START TRANSACTION');
    for (let from = 0; from < identifiers.length; from += BATCH) {
      await connection.query(insert, [identifiers.slice(from, from + BATCH).map(toRow)]);
    }
    await connection.query('COMMIT');
  });
}

/**
 * What the table's file takes, which grows by megabytes.
 * @param {string} url
 */
export function bytesOfStates(url) {
  return apart(url, async (connection) => {
    const name = `${new URL(url).pathname.slice(1)}/fsm_state`;
    const query = 'SELECT FILE_SIZE AS bytes FROM information_schema.INNODB_SYS_TABLESPACES WHERE NAME = ?';
    const [rows] = await connection.query(query, [name]);
    return Number(/** @type {any} */ (rows)[0].bytes);
  });
}

/**
 * @template T
 * @param {string} url
 * @param {(connection: import('mysql2/promise').Connection) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function apart(url, work) {
  const connection = await createConnection(url);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
