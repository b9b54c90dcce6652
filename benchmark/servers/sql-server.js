import { startMariadb } from './mariadb.js';
import { startPostgres } from './postgres.js';

/**
 * A SQL server that the benchmark started.
 *
 * @typedef {object} SqlServer
 * @property {(database: string) => string} urlOf
 * @property {(name: string) => Promise<unknown>} createDatabase if none of this name exists
 * @property {string} settings the settings its numbers depend on, as the server reports them
 * @property {() => Promise<void>} stop
 */

/** @type {Readonly<Record<string, () => Promise<SqlServer>>>} */
const STARTERS = { postgres: startPostgres, mariadb: startMariadb };

/**
 * @param {string} backend
 * @returns {Promise<SqlServer> | undefined} undefined: the backend needs none
 */
export function startSqlServer(backend) {
  return STARTERS[backend]?.();
}
