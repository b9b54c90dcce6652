import { dirname } from 'node:path';
import { findServer } from './find-server.js';

/** The programs of a MariaDB server. */
export interface MariadbPrograms {
  readonly server: string;
  /** Makes a data folder. */
  readonly installDatabase: string;
}

const MARIADB = {
  program: 'mariadbd',
  variable: 'FSM_TEST_MARIADB_BIN',
  folders: ['/usr/sbin', '/usr/bin', '/usr/local/bin'],
  debianPackage: 'mariadb-server',
  elsewhere: 'macOS: brew install mariadb',
};

/** The server, and what Debian's package has beside it in another folder. */
export async function findMariadb(): Promise<MariadbPrograms> {
  const server = await findServer(MARIADB);
  const installDatabase = await findServer({
    ...MARIADB,
    program: 'mariadb-install-db',
    variable: 'FSM_TEST_MARIADB_INSTALL_DB',
    folders: [dirname(server), ...MARIADB.folders],
  });
  return { server, installDatabase };
}
