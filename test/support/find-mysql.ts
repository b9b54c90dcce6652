import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findServer } from './find-server.js';

const run = promisify(execFile);

/** Where it is unpacked, and found again by later runs. */
const UNPACKED = join(tmpdir(), 'fsm-test-mysql');

/** MySQL itself; a MariaDB has a program of this name too. */
export function findMysql(): Promise<string> {
  return findServer({
    program: 'mysqld',
    variable: 'FSM_TEST_MYSQL_BIN',
    folders: ['/usr/sbin', '/usr/local/bin', '/usr/local/mysql/bin', UNPACKED],
    accepts: isMysql,
    install: unpackFromUnstable,
    debianPackage: 'mysql-server-core, which only unstable has',
    elsewhere: 'Ubuntu: apt-get install mysql-server-core-8.0; macOS: brew install mysql',
  });
}

async function isMysql(path: string): Promise<boolean> {
  const { stdout } = await run(path, ['--no-defaults', '--version']);
  return !stdout.includes('MariaDB');
}

/**
 * No stable Debian has a MySQL, unstable has. Its package and all dependencies, down to the C library, are unpacked into a
 * separate folder and run from there: nothing of this machine is replaced. apt checks the signatures with the keys
 * it has.
 */
async function unpackFromUnstable(): Promise<void> {
  const folder = `${UNPACKED}-${process.pid}`;
  try {
    const packages = await downloadPackages(join(folder, 'apt'));
    await mkdir(join(folder, 'files'));
    for (const file of packages) await run('dpkg-deb', ['--extract', file, join(folder, 'files')]);
    await writeFile(join(folder, 'mysqld'), START);
    await chmod(join(folder, 'mysqld'), 0o755);
    await rm(join(folder, 'apt'), { recursive: true });
    await rm(UNPACKED, { recursive: true, force: true });
    await rename(folder, UNPACKED);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The packages that apt would install with it on an empty machine. */
async function downloadPackages(folder: string): Promise<string[]> {
  const archives = join(folder, 'archives');
  for (const each of ['lists/partial', 'archives/partial']) await mkdir(join(folder, each), { recursive: true });
  await writeFile(join(folder, 'sources.list'), 'deb http://deb.debian.org/debian unstable main\n');
  await writeFile(join(folder, 'status'), '');
  const settings = [
    `Dir::State=${folder}`,
    `Dir::State::status=${join(folder, 'status')}`,
    `Dir::Cache=${folder}`,
    `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`,
    'Dir::Etc::sourceparts=-',
    'APT::Install-Recommends=false',
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  const log = { maxBuffer: 64 * 1024 * 1024 };
  await run('apt-get', [...settings, 'update'], log);
  await run('apt-get', [...settings, '--yes', '--download-only', 'install', 'mysql-server-core'], log);
  const files = await readdir(archives);
  return files.filter((file) => file.endsWith('.deb') && !file.startsWith('perl')).map((file) => join(archives, file));
}

/** Its own C library's loader starts it, in the place of this machine's. */
const START = `#!/bin/sh
folder=$(dirname "$(readlink -f "$0")")/files/usr
libraries=$(dirname "$(ls "$folder"/lib/*/ld-linux*.so.*)")
exec "$libraries"/ld-linux*.so.* --library-path "$libraries" "$folder/sbin/mysqld" "$@" --basedir="$folder"
`;
