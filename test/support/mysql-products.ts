import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chown, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findMariadb, findMariadbInstaller } from './find-mariadb.js';
import { findMysql } from './find-mysql.js';

const run = promisify(execFile);

/** MySQL, or what came of it. */
export interface MysqlProduct {
  /** As messages name its program. */
  readonly program: string;
  /** Finds the program, installing it where that is possible. */
  find(): Promise<string>;
  /** Makes the data in `<folder>/data`. */
  createData(program: string, folder: string): Promise<void>;
  /** Its user, and settings besides those of both products. */
  readonly settings: readonly string[];
}

const isRoot = process.getuid?.() === 0;

/** It refuses to run as root, and then runs as Debian's user for it. */
const MARIADB_USER = isRoot ? 'mysql' : userInfo().username;
/** MySQL runs as root only if a setting says so. */
const MYSQL_USER = isRoot ? 'root' : userInfo().username;

export const MARIADB: MysqlProduct = {
  program: 'mariadbd',
  find: findMariadb,
  settings: [`--user=${MARIADB_USER}`, '--innodb-log-file-size=8M'],
  async createData(program, folder) {
    if (isRoot) {
      const { stdout: user } = await run('id', ['-u', MARIADB_USER]);
      const { stdout: group } = await run('id', ['-g', MARIADB_USER]);
      await chown(folder, Number(user), Number(group));
    }
    await run(await findMariadbInstaller(program), [
      '--no-defaults',
      `--user=${MARIADB_USER}`,
      `--datadir=${join(folder, 'data')}`,
      `--tmpdir=${folder}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-log-bin',
      '--innodb-log-file-size=8M',
      '--innodb-buffer-pool-size=16M',
    ]);
  },
};

/** Small; and Debian's looks for a folder for exported files, which is not there where it was only unpacked. */
const MYSQL_SETTINGS = [`--user=${MYSQL_USER}`, '--innodb-redo-log-capacity=8M', '--secure-file-priv=NULL'];

export const MYSQL: MysqlProduct = {
  program: 'mysqld',
  find: findMysql,
  settings: [...MYSQL_SETTINGS, '--mysqlx=OFF'],
  async createData(program, folder) {
    const { stdout: version } = await run(program, ['--no-defaults', '--version']);
    const digest = createHash('sha256').update(`${program} ${version}`).digest('hex');
    const template = join(tmpdir(), `fsm-test-mysql-data-${digest.slice(0, 16)}`);
    await access(template).catch(() => createTemplate(program, template));
    await run('cp', ['-R', template, join(folder, 'data')]);
  },
};

/** Making the data takes MySQL seconds, copying them does not. A template is there as a whole or not at all. */
async function createTemplate(program: string, template: string): Promise<void> {
  const folder = await mkdtemp(`${template}-`);
  try {
    await run(program, [
      '--no-defaults',
      '--initialize-insecure',
      `--datadir=${join(folder, 'data')}`,
      `--tmpdir=${folder}`,
      '--performance-schema=OFF',
      '--skip-log-bin',
      '--innodb-buffer-pool-size=16M',
      ...MYSQL_SETTINGS,
    ]);
    // It holds the UUID of the server, which each server must create itself.
    await rm(join(folder, 'data', 'auto.cnf'));
    // Where another process was faster, there is one already.
    await rename(join(folder, 'data'), template).catch(() => access(template));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
