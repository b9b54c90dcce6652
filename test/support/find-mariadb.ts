import { dirname } from 'node:path';
import { findServer } from './find-server.js';

const MARIADB = {
  program: 'mariadbd',
  variable: 'FSM_TEST_MARIADB_BIN',
  folders: ['/usr/sbin', '/usr/bin', '/usr/local/bin'],
  debianPackage: 'mariadb-server',
  elsewhere: 'macOS: brew install mariadb',
};

export function findMariadb(): Promise<string> {
  return findServer(MARIADB);
}

/** What makes a data folder for the server at this path. Debian's package has it in another folder. */
export function findMariadbInstaller(server: string): Promise<string> {
  return findServer({
    ...MARIADB,
    program: 'mariadb-install-db',
    variable: 'FSM_TEST_MARIADB_INSTALL_DB',
    folders: [dirname(server), ...MARIADB.folders],
  });
}
