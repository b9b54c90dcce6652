import { execFile } from 'node:child_process';
import { chmod, chown } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { findFreePort } from './free-port.js';
import { accountOf, findMariadb, findProgram } from './programs.js';
import { createFolder, launch } from './watched-server.js';

const runProgram = promisify(execFile);

/** What durability and speed depend on. */
const REPORTED = [
  'version',
  ...['innodb_flush_log_at_trx_commit', 'innodb_flush_method', 'log_bin'],
  ...['innodb_buffer_pool_size', 'transaction_isolation'],
];

/**
 * The benchmark's MariaDB on a free port of the loopback address: an acknowledged write is on the disk. All candidates use
 * the isolation level of the library; otherwise writers of neighboring keys would roll each other back.
 * @returns {Promise<import('./sql-server.js').SqlServer>}
 */
export async function startMariadb() {
  const program = findMariadb();
  const account = accountOf('mysql');
  const user = account === undefined ? userInfo().username : 'mysql';
  const folder = await createFolder('mariadb');
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  const own = ['--no-defaults', `--user=${user}`, `--datadir=${data}`, `--tmpdir=${folder}`, '--skip-log-bin'];
  const install = findProgram('mariadb-install-db', 'MARIADB_INSTALL_DB', [dirname(program), '/usr/bin']);
  await runProgram(install, [...own, '--auth-root-authentication-method=normal', '--skip-test-db']);
  const port = await findFreePort();
  const urlOf = (/** @type {string} */ database) => `mysql://root@127.0.0.1:${port}/${database}`;
  const place = [
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${join(folder, 'sock')}`,
    `--pid-file=${join(folder, 'pid')}`,
  ];
  const durable = ['--innodb-flush-log-at-trx-commit=1', '--transaction-isolation=READ-COMMITTED'];
  const { stop } = await launch({
    program,
    args: [...own, ...place, ...durable, '--max-connections=300'],
    folder,
    endWith: 'SIGKILL', // Its folder is removed afterwards, so a clean shutdown is not needed.
    ask: () => askMariadb(urlOf(''), 'SELECT 1'),
  });
  return {
    urlOf,
    createDatabase: (name) => askMariadb(urlOf(''), `CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4`),
    settings: await describeSettings(urlOf('')),
    stop,
  };
}

/**
 * Queries over a separate connection.
 * @param {string} uri
 * @param {string} sql
 * @returns {Promise<any>}
 */
async function askMariadb(uri, sql) {
  const connection = await createConnection(uri);
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}

/** @param {string} url */
async function describeSettings(url) {
  const rows = await askMariadb(url, `SHOW VARIABLES WHERE Variable_name IN ('${REPORTED.join("','")}')`);
  const values = new Map(rows.map((/** @type {any} */ row) => [row.Variable_name, row.Value]));
  const known = REPORTED.filter((name) => values.has(name));
  return `MariaDB ${known.map((name) => (name === 'version' ? values.get(name) : `${name} ${values.get(name)}`)).join(', ')}`;
}
