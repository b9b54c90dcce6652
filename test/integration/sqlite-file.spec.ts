import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resolveSqliteOptions, type SqliteStorageOptions } from '../../src/backends/typeorm/sqlite/options.js';
import { OwnSqliteConnection } from '../../src/backends/typeorm/sqlite/connection.js';
import { SqliteStorage } from '../../src/backends/typeorm/sqlite/storage.js';
import type { TypeOrmQueryRunner } from '../../src/backends/typeorm/dialect/typeorm-types.js';
import { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { driverContext, openRaw, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

/** Keeps the query runner, to ask the very connection that the storage uses. */
class AskedConnection extends OwnSqliteConnection {
  #runner: TypeOrmQueryRunner | undefined;

  override async connect(): Promise<TypeOrmQueryRunner> {
    return (this.#runner = await super.connect());
  }

  async pragma(name: string): Promise<unknown> {
    const result = await this.#runner?.query(`PRAGMA ${name}`, [], true);
    return Object.values(result?.records[0] ?? {})[0];
  }
}

describe.each(SQLITE_DRIVERS)('a SQLite file under %s', (driver) => {
  const started: SqliteStorage[] = [];

  afterEach(async () => {
    for (const storage of started.splice(0)) await storage.stop();
  });

  async function start(options: SqliteStorageOptions): Promise<SqliteStorage> {
    const storage = new SqliteStorage({ driver, ...options });
    started.push(storage);
    await storage.start();
    return storage;
  }

  it.each([
    [undefined, 2],
    ['full', 2],
    ['normal', 1],
  ] as const)('durability %s: synchronous is %d at every open, in WAL mode', async (durability, synchronous) => {
    const path = await folders.createFilePath();
    const { driver: file } = resolveSqliteOptions({ path, driver, durability, busyTimeout: 1000 });
    const connection = new AskedConnection(file);
    const asked = new TypeOrmDriver({ connection, schema: 'create' });
    for (let open = 0; open < 2; open += 1) {
      await asked.open(driverContext());
      expect(await connection.pragma('synchronous')).toBe(synchronous);
      expect(await connection.pragma('journal_mode')).toBe('wal');
      expect(await connection.pragma('busy_timeout')).toBe(0);
      expect(await connection.pragma('fullfsync')).toBe(synchronous === 2 ? 1 : 0);
      await asked.close();
    }
  });

  it('LC-1 creates the file and its folder', async () => {
    const path = join(await folders.create(), 'data', 'bot', 'fsm.db');
    await start({ path });
    expect((await stat(path)).isFile()).toBe(true);
  });

  it('LC-1 leaves one file behind, which contains everything from the -wal file', async () => {
    const path = await folders.createFilePath();
    const storage = await start({ path });
    await storage.setState('x', { name: 'a' });
    await storage.stop();
    expect(await readdir(dirname(path))).toEqual(['fsm.db']);
  });

  it('LC-1 has the same states, counters and deadlines after a restart', async () => {
    const path = await folders.createFilePath();
    const clock = new FakeClock();
    const first = await start({ path, clock });
    await first.setState('stays', { name: 'a' });
    await first.setState('expires', { name: 'b' }, { ttl: 60 });
    await first.increment('n', 7, { ttl: 60 });
    await first.stop();
    clock.advance(59_999);
    const second = await start({ path, clock });
    expect(await second.getState('expires')).toEqual({ name: 'b' });
    expect(await second.getTtl('expires')).toBe(0.001);
    expect(await second.increment('n')).toBe(8);
    clock.advance(1);
    expect(await second.getStates(['stays', 'expires'])).toEqual([{ name: 'a' }, null]);
    expect(await second.getCounter('n')).toBeNull();
    await second.stop();
    await second.start();
    expect(await second.listKeys()).toEqual(['stays']);
  });

  it('TTL-5 sweeps in the background', async () => {
    const path = await folders.createFilePath();
    const clock = new FakeClock();
    const storage = await start({ path, clock, sweepInterval: 10 });
    await storage.setState('x', { name: 'a' }, { ttl: 1 });
    clock.advance(1000);
    const raw = await openRaw(path, driver);
    await expectEventually(async () => (await raw.all('SELECT * FROM fsm_state')).length === 0);
    await raw.close();
  });

  it('CAS-1 accepts states of another program, in any spelling and key order', async () => {
    const path = await folders.createFilePath();
    const storage = await start({ path });
    const raw = await openRaw(path, driver);
    await raw.exec(
      `INSERT INTO fsm_state VALUES ('fsm', 'x', '{"name": "A:b",  "data": {"z": 1, "a": [1, 2]}}', NULL)`,
    );
    await raw.close();
    const expected = { data: { a: [1, 2], z: 1 }, name: 'A:b' };
    expect(await storage.getState('x')).toEqual(expected);
    expect(await storage.compareAndSet('x', { name: 'A:c' }, { expected })).toBe(true);
  });

  it('names its backend', async () => {
    expect((await start({ path: await folders.createFilePath() })).backend).toBe('sqlite');
  });
});

it('uses better-sqlite3 if no driver is named and both are installed', async () => {
  const path = await folders.createFilePath();
  const storage = new SqliteStorage({ path });
  await storage.start();
  await storage.setState('x', { name: 'a' });
  await storage.stop();
  const raw = await openRaw(path, 'better-sqlite3');
  expect(await raw.all('SELECT state_json FROM fsm_state')).toEqual([{ state_json: '{"name":"a"}' }]);
  await raw.close();
});

/** Looks again each time the event loop has gone round; the test's own time limit ends it. */
async function expectEventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
