// The servers that the tests run on. README.md and the guides name these versions; a test compares them.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerProgram } from './find-server.js';

const run = promisify(execFile);

/** A server of one version. */
export interface ServerProduct extends ServerProgram {
  /** E.g. `Postgres`. */
  readonly name: string;
  /** The first numbers of its version, e.g. `11.8`. The suites of every day accept other versions too. */
  readonly version: string;
  /** Reads the whole version of the program at this path; `undefined` if it is a program of another product. */
  readVersion(path: string): Promise<string | undefined>;
}

type Description = Omit<ServerProduct, 'accepts' | 'readVersion' | 'title'> & {
  /** Finds the version in the text that the program prints. */
  readonly pattern: RegExp;
  /** The arguments with which it prints it. */
  readonly arguments?: readonly string[];
};

/** Debian 12's, or what is on the `PATH`: most tests run on these. */
export const REDIS = describeProduct({
  name: 'Redis',
  version: '7.0',
  program: 'redis-server',
  variable: 'FSM_TEST_REDIS_SERVER',
  pattern: /^Redis server v=(\S+)/,
  folders: ['/usr/bin', '/usr/local/bin'],
  debian: 'redis-server',
  elsewhere: 'macOS: brew install redis',
});

export const POSTGRES = describeProduct({
  name: 'Postgres',
  version: '15',
  program: 'postgres',
  variable: 'FSM_TEST_POSTGRES_BIN',
  pattern: /\(PostgreSQL\) (\S+)/,
  folders: findPostgresFolders,
  debian: 'postgresql',
  elsewhere: 'macOS: brew install postgresql',
});

export const MARIADB = describeProduct({
  name: 'MariaDB',
  version: '10.11',
  program: 'mariadbd',
  variable: 'FSM_TEST_MARIADB_BIN',
  pattern: /Ver (\d[\d.]*)-MariaDB/,
  arguments: ['--no-defaults', '--version'],
  folders: ['/usr/sbin', '/usr/bin', '/usr/local/bin'],
  debian: 'mariadb-server',
  elsewhere: 'macOS: brew install mariadb',
});

/** No stable Debian has a MySQL. A MariaDB has a program of this name too. */
export const MYSQL = describeProduct({
  name: 'MySQL',
  version: '9.7',
  program: 'mysqld',
  variable: 'FSM_TEST_MYSQL_BIN',
  pattern: /Ver (\d[\d.]*)(?!\S*MariaDB)/,
  arguments: ['--no-defaults', '--version'],
  folders: ['/usr/sbin', '/usr/local/bin', '/usr/local/mysql/bin'],
  debian: {
    folder: 'mysql',
    suite: 'unstable',
    packages: ['mysql-server-core'],
    programs: ['usr/sbin/mysqld'],
    relocated: ['usr/sbin/mysqld'],
  },
  elsewhere: 'Ubuntu: apt-get install mysql-server-core-8.0; macOS: brew install mysql',
});

export const REDIS_8 = describeExactly({
  name: 'Redis',
  version: '8.0',
  program: 'redis-server',
  variable: 'FSM_TEST_REDIS_8_SERVER',
  pattern: /^Redis server v=(\S+)/,
  folders: [],
  debian: {
    folder: 'redis-8',
    suite: 'trixie',
    packages: ['redis-server', 'redis-tools'],
    programs: ['usr/bin/redis-server'],
  },
  elsewhere: 'macOS: brew install redis',
});

export const VALKEY_9 = describeExactly({
  name: 'Valkey',
  version: '9',
  program: 'valkey-server',
  variable: 'FSM_TEST_VALKEY_9_SERVER',
  pattern: /^Valkey server v=(\S+)/,
  folders: ['/usr/bin', '/usr/local/bin'],
  debian: {
    folder: 'valkey-9',
    suite: 'unstable',
    packages: ['valkey-server', 'valkey-tools'],
    programs: ['usr/bin/valkey-server'],
  },
  elsewhere: 'macOS: brew install valkey',
});

export const POSTGRES_18 = describeExactly({
  name: 'Postgres',
  version: '18',
  program: 'postgres',
  variable: 'FSM_TEST_POSTGRES_18_BIN',
  pattern: /\(PostgreSQL\) (\S+)/,
  folders: findPostgresFolders,
  debian: {
    folder: 'postgres-18',
    suite: 'unstable',
    packages: ['postgresql-18'],
    programs: ['usr/lib/postgresql/18/bin/postgres', 'usr/lib/postgresql/18/bin/initdb'],
  },
  elsewhere: 'macOS: brew install postgresql@18',
});

export const MARIADB_11 = describeExactly({
  name: 'MariaDB',
  version: '11.8',
  program: 'mariadbd',
  variable: 'FSM_TEST_MARIADB_11_BIN',
  pattern: /Ver (\d[\d.]*)-MariaDB/,
  arguments: ['--no-defaults', '--version'],
  folders: [],
  debian: {
    folder: 'mariadb-11',
    suite: 'trixie',
    // The second one has a program with which `mariadb-install-db` reads its options.
    packages: ['mariadb-server-core', 'mariadb-client-core'],
    programs: ['usr/sbin/mariadbd', 'usr/bin/mariadb-install-db', 'usr/bin/my_print_defaults', 'usr/bin/resolveip'],
    relocated: ['usr/sbin/mariadbd', 'usr/bin/mariadb-install-db'],
  },
  elsewhere: 'macOS: brew install mariadb@11.8',
});

/** Every server that `npm run test:all` runs the contract suite on. */
export const SERVER_PRODUCTS = [REDIS, REDIS_8, VALKEY_9, POSTGRES, POSTGRES_18, MARIADB, MARIADB_11, MYSQL] as const;

/** Debian keeps each version's programs apart; the newest first. */
async function findPostgresFolders(): Promise<string[]> {
  const parent = '/usr/lib/postgresql';
  const versions = await readdir(parent).catch((): string[] => []);
  return versions.sort((one, other) => Number(other) - Number(one)).map((version) => join(parent, version, 'bin'));
}

/** A product of which any version will do. */
function describeProduct({ pattern, arguments: options = ['--version'], ...product }: Description): ServerProduct {
  const readVersion = async (path: string): Promise<string | undefined> => {
    const { stdout } = await run(path, [...options]);
    return pattern.exec(stdout)?.[1];
  };
  return {
    ...product,
    title: product.name,
    readVersion,
    accepts: async (path) => (await readVersion(path)) !== undefined,
  };
}

/** A product of which only this version will do. */
function describeExactly(description: Description): ServerProduct {
  const product = describeProduct(description);
  return {
    ...product,
    title: `${product.name} ${product.version}`,
    accepts: async (path) => isVersion(await product.readVersion(path), product.version),
  };
}

/** Whether `11.8.9` begins with the numbers of `11.8`. */
export function isVersion(whole: string | undefined, expected: string): boolean {
  return whole !== undefined && `${whole}.`.startsWith(`${expected}.`);
}
