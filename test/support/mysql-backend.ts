import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { MariadbStorage, MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import type { MysqlStorageOptions } from '../../src/backends/typeorm/mysql/options.js';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import type { ContractBackend, StorageHarness } from '../../src/testing/storage-harness.js';
import { type MysqlServer, startMariadb11Server, startMariadbServer, startMysqlServer } from './mysql-server.js';

type StartServer = typeof startMysqlServer;
type CreateStorage = (options: MysqlStorageOptions) => FsmStorage;

export const mariadbBackend = createBackend('mariadb', startMariadbServer, (options) => new MariadbStorage(options));
export const mariadb11Backend = createBackend(
  'mariadb 11.8',
  startMariadb11Server,
  (options) => new MariadbStorage(options),
);
export const mysqlBackend = createBackend('mysql', startMysqlServer, (options) => new MysqlStorage(options));

function createBackend(name: string, startServer: StartServer, createStorage: CreateStorage): ContractBackend {
  /** It ends with this process, and is emptied for every harness. Nothing acknowledged is lost by a kill. */
  let server: Promise<MysqlServer> | undefined;
  return {
    name,
    traits: ['server-clock'],
    async createHarness() {
      server ??= startServer({ durable: true });
      return createHarness(await server, createStorage);
    },
  };
}

async function createHarness(server: MysqlServer, createStorage: CreateStorage): Promise<StorageHarness> {
  const admin = createPool({ uri: server.url, connectionLimit: 2 });
  await admin.query('DROP TABLE IF EXISTS fsm_state, fsm_counter');
  // Thousands of calls at once must not depend on how busy the machine is.
  const common = { url: server.url, commandTimeout: 30_000 };
  return {
    createStorage: (options) => createStorage({ ...common, ...options }),
    passTime: (milliseconds) => passTime(admin, milliseconds),
    async writeRaw({ namespace, kind, identifier }, text) {
      const table = kind === 'state' ? 'fsm_state' : 'fsm_counter';
      await admin.query(`REPLACE INTO ${table} VALUES (?, ?, ?, NULL)`, [namespace, identifier, text]);
    },
    async readRaw({ namespace, identifier }) {
      const query = 'SELECT state_json FROM fsm_state WHERE namespace = ? AND identifier = ?';
      const [rows] = await admin.query<RowDataPacket[]>(query, [namespace, identifier]);
      return rows[0] === undefined ? null : String(rows[0]['state_json']);
    },
    async countStored(namespace) {
      const [rows] = await admin.query<RowDataPacket[]>(
        'SELECT (SELECT count(*) FROM fsm_state WHERE namespace = ?) + ' +
          '(SELECT count(*) FROM fsm_counter WHERE namespace = ?) AS entries',
        [namespace, namespace],
      );
      return Number(rows[0]?.['entries']);
    },
    async interrupt() {
      await server.kill();
      return () => server.restart();
    },
    dispose: () => admin.end(),
  };
}

/** The server's clock cannot be moved, so every deadline is. */
async function passTime(admin: Pool, milliseconds: number): Promise<void> {
  for (const table of ['fsm_state', 'fsm_counter']) {
    await admin.query(`UPDATE ${table} SET expires_at = expires_at - ?`, [milliseconds]);
  }
}
