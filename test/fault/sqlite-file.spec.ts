import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { DataSource } from 'typeorm';
import { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { SqliteStorage } from '../../src/backends/typeorm/sqlite/storage.js';
import { resolveSqliteOptions, type SqliteStorageOptions } from '../../src/backends/typeorm/sqlite/options.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import { eventually } from '../support/eventually.js';
import { openRaw, type RawDatabase, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';
import { ListeningConnection } from '../support/sqlite-listening.js';
import { SqliteWorker } from '../support/sqlite-processes.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

/** Nothing is forbidden to root: it becomes another user for this. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { becomes: 65_534 } : {};

const SECRET = { name: 'secret-state', data: { card: '4242-4242' } };

describe.each(SQLITE_DRIVERS)('faults of the file under %s', (driver) => {
  let path: string;
  let storage: SqliteStorage;

  beforeEach(async () => {
    path = await folders.createFilePath();
    storage = createStorage({});
  });

  afterEach(() => storage.stop().catch(() => {}));

  function createStorage(options: Partial<SqliteStorageOptions>): SqliteStorage {
    return new SqliteStorage({ path, driver, ...options });
  }

  describe('a lock that another connection keeps', () => {
    let other: RawDatabase;

    beforeEach(async () => {
      storage = createStorage({ busyTimeout: 60 });
      await storage.start();
      other = await openRaw(path, driver);
      await other.exec('BEGIN IMMEDIATE');
    });

    afterEach(() => other.close());

    it('ER-4 is reported after busyTimeout with the file’s name, applies nothing, and ends when it is released', async () => {
      await expect(storage.setState('x', SECRET)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        outcome: 'not-applied',
        message: expect.stringMatching(new RegExp(`${path}.*lock.*60 ms`)),
      });
      await other.exec('COMMIT');
      expect(await storage.getState('x')).toBeNull();
      await storage.setState('x', SECRET);
      expect(await storage.getState('x')).toEqual(SECRET);
    });

    it('ER-4 holds up no reader, and leaves the event loop free', async () => {
      const patient = createStorage({ busyTimeout: 20_000 });
      await patient.start();
      const blocked = patient.increment('n');
      expect(await patient.getState('x')).toBeNull();
      expect(await patient.health()).toBe(true);
      // Where waiting held the event loop, nobody could let the lock go in time.
      await other.exec('COMMIT');
      expect(await blocked).toBe(1);
      await patient.stop();
    });

    it('ER-4 makes all that wait fail, not one timeout after the other', async () => {
      // One after the other they would outlast the time that a test has.
      const outcomes = await Promise.allSettled(Array.from({ length: 2000 }, () => storage.increment('n')));
      expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
      await other.exec('COMMIT');
      expect(await storage.increment('n')).toBe(1);
    });

    it('CNT-1 loses nothing that was acknowledged while locks come and go under many calls at once', async () => {
      await other.exec('COMMIT');
      const patient = createStorage({ busyTimeout: 20_000, durability: 'normal' });
      await patient.start();
      const totals: number[] = [];
      for (let round = 0; round < 120; round += 1) {
        await other.exec('BEGIN IMMEDIATE');
        const calls = Array.from({ length: 6 }, () => patient.increment('n'));
        // The lock is let go at another moment in each round: some calls were refused, others are on their way.
        for (let turn = 0; turn < round % 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        await other.exec('COMMIT');
        totals.push(...(await Promise.all(calls)));
        expect(await other.get('SELECT value FROM fsm_counter')).toEqual({ value: totals.length });
      }
      expect(new Set(totals).size).toBe(720);
      await patient.stop();
    });
  });

  it('LC-1 waits at the start for a lock too, and says so when it is kept', async () => {
    const other = await openRaw(path, driver);
    await other.exec('BEGIN EXCLUSIVE');
    await expect(createStorage({ busyTimeout: 30 }).start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('lock'),
    });
    const { driver: file } = resolveSqliteOptions({ path, driver, busyTimeout: 60_000 });
    const connection = new ListeningConnection(file);
    const patient = new FsmStorage(new TypeOrmDriver({ connection, schema: 'create' }));
    const started = patient.start();
    await eventually(() => connection.refused.length >= 2);
    await other.exec('COMMIT');
    await started;
    await other.close();
    expect(connection.refused).toEqual(connection.refused.map(() => connection.sent[0]));
    expect(await patient.health()).toBe(true);
    await patient.stop();
  });

  it('LC-1 rejects a file that is not a database, and does not change it', async () => {
    const text = 'this is a letter, and by no means a database\n'.repeat(100);
    await writeFile(path, text);
    await expect(storage.start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      message: expect.stringMatching(/not an SQLite database/),
    });
    expect(await readFile(path, 'utf8')).toBe(text);
    await rm(path);
    await storage.start();
    expect(await storage.health()).toBe(true);
  });

  it('LC-1 refuses a path that cannot be one', async () => {
    await writeFile(path, '');
    await expect(createStorage({ path: join(path, 'fsm.db') }).start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      isPermanent: true,
      message: expect.stringContaining('cannot be opened'),
    });
    expect(() => createStorage({ path: join(path, '..') })).toThrow('got that of a folder');
  });

  it('ST-5 reports a damaged file on read and write, and is unhealthy or says so', async () => {
    await storage.start();
    const states = Array.from({ length: 200 }, (_, index) => `k${index}`);
    for (const identifier of states) await storage.setState(identifier, { name: 'x'.repeat(500) });
    await storage.stop();
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(size - 4096, 0xab), 0, size - 4096, 4096);
    await file.close();
    const failure = await storage
      .start()
      .then(() => storage.getStates(states))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(failure).toMatchObject({ message: expect.stringMatching(/damaged/) });
  });

  it('HL-1 is unhealthy when the file was deleted or replaced while it is open', async () => {
    await storage.start();
    expect(await storage.health()).toBe(true);
    await rename(path, `${path}.moved`);
    expect(await storage.health()).toBe(false);
    await rename(`${path}.moved`, path);
    expect(await storage.health()).toBe(true);
    await rm(path);
    await writeFile(path, '');
    expect(await storage.health()).toBe(false);
    await storage.stop();
    for (const part of [path, `${path}-wal`, `${path}-shm`]) await rm(part, { force: true });
    await storage.start();
    expect(await storage.health()).toBe(true);
  });

  it('HL-1 is unhealthy when the file was cut off', async () => {
    await storage.start();
    await storage.setState('x', { name: 'a' });
    await storage.stop();
    await truncate(path, 100);
    await expect(storage.start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await storage.health()).toBe(false);
  });

  it.each([
    ['a full disk', 'PRAGMA max_page_count = 20', /full/],
    ['a file that may not be written', 'PRAGMA query_only = 1', /cannot be written/],
  ])('ER-1 reports %s, changes nothing, shows no state anywhere, and recovers', async (_, fault, message) => {
    const type = driver === 'sqlite3' ? 'sqlite' : driver;
    const dataSource = await new DataSource({ type, database: path }).initialize();
    const shared = new TypeOrmStorage({ dataSource });
    await shared.start();
    await shared.setState('x', { name: 'before' });
    await dataSource.query(fault);
    const failure = await shared
      .setState('x', { ...SECRET, filler: 'y'.repeat(200_000) })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      message: expect.stringMatching(message),
    });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/4242|yyy/);
    expect(await shared.getState('x')).toEqual({ name: 'before' });
    await dataSource.query('PRAGMA max_page_count = 100000');
    await dataSource.query('PRAGMA query_only = 0');
    await shared.setState('x', SECRET);
    expect(await shared.getState('x')).toEqual(SECRET);
    await shared.stop();
    await dataSource.destroy();
  });

  it('LC-1 reports a folder and a file that this user may not write', async () => {
    await storage.start();
    await storage.stop();
    const folder = dirname(path);
    await chmod(path, 0o444);
    await chmod(folder, 0o555);
    const job = { name: 'reader', kind: 'start', count: 0, ...UNPRIVILEGED } as const;
    for (const file of [path, join(folder, 'new.db'), join(folder, 'folder', 'new.db')]) {
      const worker = new SqliteWorker({ ...job, options: { path: file, driver } });
      await worker.ready();
      await expect(worker.go()).rejects.toThrow(/StorageUnavailableError: .*(cannot be written|cannot be opened)/);
    }
    await chmod(folder, 0o755);
  });
});
