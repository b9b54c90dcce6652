import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chown, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findCompanion } from './find-server.js';
import * as products from './server-products.js';

const run = promisify(execFile);

/** MySQL, or what came of it. */
export interface MysqlProduct {
  readonly server: products.ServerProduct;
  /** Makes the data in `<folder>/data`. */
  createData(program: string, folder: string): Promise<void>;
  /** Its user, and settings besides those of both products. */
  readonly settings: readonly string[];
}

const isRoot = process.getuid?.() === 0;

/** MySQL runs as root only if a setting says so. */
const MYSQL_USER = isRoot ? 'root' : userInfo().username;

/** MariaDB refuses to run as root, and then runs as Debian's user for it. */
export const MARIADB = createMariadb(products.MARIADB, 'mysql', 'FSM_TEST_MARIADB_INSTALL_DB');
/** Where it is only unpacked, nothing has created that user. */
export const MARIADB_11 = createMariadb(products.MARIADB_11, 'nobody', 'FSM_TEST_MARIADB_11_INSTALL_DB');

/**
 * @param account - the user that runs it where the tests run as root
 * @param variable - names its `mariadb-install-db`
 */
function createMariadb(server: products.ServerProduct, account: string, variable: string): MysqlProduct {
  const user = isRoot ? account : userInfo().username;
  const settings = [`--user=${user}`, '--innodb-log-file-size=8M'];
  return {
    server,
    settings,
    async createData(program, folder) {
      if (isRoot) await chownTo(user, folder);
      await run(await findCompanion(program, 'mariadb-install-db', variable), [
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        `--tmpdir=${folder}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--skip-log-bin',
        '--innodb-buffer-pool-size=16M',
        ...settings,
      ]);
    },
  };
}

async function chownTo(user: string, folder: string): Promise<void> {
  const { stdout: uid } = await run('id', ['-u', user]);
  const { stdout: gid } = await run('id', ['-g', user]);
  await chown(folder, Number(uid), Number(gid));
}

/** Small; and Debian's looks for a folder for exported files, which is not there where it was only unpacked. */
const MYSQL_SETTINGS = [`--user=${MYSQL_USER}`, '--innodb-redo-log-capacity=8M', '--secure-file-priv=NULL'];

export const MYSQL: MysqlProduct = {
  server: products.MYSQL,
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
