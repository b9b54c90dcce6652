import { join } from 'node:path';
import type { SqliteDriverName } from '../../../src/backends/typeorm/sqlite/driver-package.js';
import { SqliteStorage } from '../../../src/backends/typeorm/sqlite/storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import type { ContractBackend, StorageHarness } from '../../../src/testing/storage-harness.js';
import { openRaw, TemporaryFolders } from '../../support/sqlite-files.js';

/** SQLite with one of its two packages. */
export function createSqliteBackend(driver: SqliteDriverName): ContractBackend {
  return {
    name: `sqlite by ${driver}`,
    traits: ['no-interruption'],
    createHarness: () => createSqliteHarness(driver),
  };
}

async function createSqliteHarness(driver: SqliteDriverName): Promise<StorageHarness> {
  const folders = new TemporaryFolders();
  const path = join(await folders.create(), 'contract.db');
  const clock = new FakeClock();
  const query = async (sql: string, ...parameters: readonly string[]): Promise<readonly Record<string, unknown>[]> => {
    const database = await openRaw(path, driver);
    return database.all(sql, ...parameters).finally(() => database.close());
  };
  return {
    createStorage: (options) => new SqliteStorage({ path, driver, durability: 'normal', clock, ...options }),
    passTime: (milliseconds) => clock.advance(milliseconds),
    async writeRaw({ namespace, identifier }, text) {
      await query('INSERT OR REPLACE INTO fsm_state VALUES (?, ?, ?, NULL)', namespace, identifier, text);
    },
    async readRaw({ namespace, identifier }) {
      const sql = 'SELECT state_json FROM fsm_state WHERE namespace = ? AND identifier = ?';
      const [row] = await query(sql, namespace, identifier);
      return row === undefined ? null : String(row['state_json']);
    },
    async countStored(namespace) {
      const states = await query('SELECT 1 FROM fsm_state WHERE namespace = ?', namespace);
      const counters = await query('SELECT 1 FROM fsm_counter WHERE namespace = ?', namespace);
      return states.length + counters.length;
    },
    dispose: () => folders.removeAll(),
  };
}
