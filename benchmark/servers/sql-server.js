import { startMariadb } from './mariadb.js';
import { startPostgres } from './postgres.js';

/**
 * A server of SQL that the benchmark started for itself.
 *
 * @typedef {object} SqlServer
 * @property {(database: string) => string} urlOf
 * @property {(name: string) => Promise<unknown>} createDatabase where there is none of this name
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
