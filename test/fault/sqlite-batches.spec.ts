import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { SqliteStorage } from '../../src/backends/typeorm/sqlite/storage.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { reasonsOf, times } from '../support/sqlite-batches.js';
import { openRaw, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

describe.each(SQLITE_DRIVERS)('faults in the middle of a batch under %s', (driver) => {
  let path: string;

  beforeEach(async () => {
    path = await folders.createFilePath();
  });

  describe('a full disk', () => {
    let dataSource: DataSource;
    let storage: TypeOrmStorage;

    beforeEach(async () => {
      const type = driver === 'sqlite3' ? 'sqlite' : driver;
      dataSource = await new DataSource({ type, database: path }).initialize();
      storage = new TypeOrmStorage({ dataSource });
      await storage.start();
      await dataSource.query('PRAGMA max_page_count = 20');
    });

    afterEach(async () => {
      await storage.stop();
      await dataSource.destroy();
    });

    it('ER-4 rejects only the writes that do not fit', async () => {
      const filler = 'x'.repeat(100_000);
      const outcomes = await Promise.allSettled(
        times(20, (index) => storage.setState(`k${index}`, index % 5 === 2 ? { index, filler } : { index })),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(
        times(20, (index) => (index % 5 === 2 ? 'rejected' : 'fulfilled')),
      );
      const reasons = outcomes.flatMap(reasonsOf);
      expect(reasons).toEqual(times(4, () => expect.objectContaining({ code: 'UNAVAILABLE', outcome: 'not-applied' })));
      const states = await storage.getStates(times(20, (index) => `k${index}`));
      expect(states).toEqual(times(20, (index) => (index % 5 === 2 ? null : { index })));
    });

    it('ER-4 leaves the event loop free while hundreds fail, and recovers', async () => {
      const filler = 'x'.repeat(70_000);
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 1);
      const outcomes = await Promise.allSettled(times(300, (index) => storage.setState(`k${index}`, { filler })));
      clearInterval(timer);
      expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(290);
      expect(turns).toBeGreaterThan(2);
      await dataSource.query('PRAGMA max_page_count = 100000');
      await Promise.all(times(300, (index) => storage.setState(`k${index}`, { filler })));
      expect(await storage.clearNamespace()).toBe(300);
    });
  });

  it('ER-4 rejects and applies none of a batch while a lock is held, and executes them once it is released', async () => {
    const storage = new SqliteStorage({ path, driver, busyTimeout: 50 });
    await storage.start();
    const other = await openRaw(path, driver);
    await other.exec('BEGIN IMMEDIATE');
    const calls = (): Promise<unknown>[] => [
      ...times(40, (index) => storage.setState(`k${index}`, { index })),
      ...times(40, () => storage.increment('hot')),
      ...times(40, (index) => storage.compareAndSet(`new${index}`, { index })),
    ];
    const outcomes = await Promise.allSettled(calls());
    const reasons = outcomes.flatMap(reasonsOf);
    expect(reasons).toEqual(times(120, () => expect.objectContaining({ code: 'UNAVAILABLE', outcome: 'not-applied' })));
    expect(new Set(reasons).size).toBe(120);
    await other.exec('COMMIT');
    await other.close();
    expect((await Promise.all(calls())).slice(40)).toEqual([
      ...times(40, (index) => index + 1),
      ...times(40, () => true),
    ]);
    await storage.stop();
  });
});
