import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findFreePort } from './free-port.js';
import { accountOf, findPostgres } from './programs.js';
import { createFolder, launch } from './watched-server.js';

const runProgram = promisify(execFile);

const USER = 'fsm';
/** SQLSTATE: a database of this name exists. */
const DUPLICATE_DATABASE = '42P04';

/** What durability and speed depend on. All but the number of connections are defaults of initdb. */
const REPORTED = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
];

/**
 * The benchmark's Postgres on a free port of the loopback address, with initdb's settings: an acknowledged write is on disk.
 * @returns {Promise<import('./sql-server.js').SqlServer>}
 */
export async function startPostgres() {
  const program = findPostgres();
  const account = accountOf('postgres');
  const folder = await createFolder('postgres');
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const identity = ['-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
  await runProgram(join(dirname(program), 'initdb'), ['-D', data, ...identity], { cwd: folder, ...account });
  const port = await findFreePort();
  const urlOf = (/** @type {string} */ database) => `postgres://${USER}@127.0.0.1:${port}/${database}`;
  const settings = {
    listen_addresses: '127.0.0.1',
    port: `${port}`,
    unix_socket_directories: folder,
    max_connections: '300',
  };
  const { stop } = await launch({
    program,
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    folder,
    account,
    endWith: 'SIGQUIT', // Immediate: its folder is removed afterwards, so a clean shutdown is not needed.
    ask: () => askPostgres(urlOf('postgres'), 'SELECT 1'),
  });
  return {
    urlOf,
    createDatabase: (name) => createDatabase(urlOf('postgres'), name),
    settings: await describeSettings(urlOf('postgres')),
    stop,
  };
}

/**
 * Queries over a separate connection.
 * @param {string} url
 * @param {string} sql
 * @returns {Promise<any[]>}
 */
async function askPostgres(url, sql) {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/**
 * @param {string} url
 * @param {string} name
 */
async function createDatabase(url, name) {
  try {
    await askPostgres(url, `CREATE DATABASE ${name}`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== DUPLICATE_DATABASE) throw error;
  }
}

/** @param {string} url */
async function describeSettings(url) {
  const values = await Promise.all(REPORTED.map(async (name) => (await askPostgres(url, `SHOW ${name}`))[0]?.[name]));
  return `Postgres ${REPORTED.map((name, index) => (index === 0 ? values[index] : `${name} ${values[index]}`)).join(', ')}`;
}
