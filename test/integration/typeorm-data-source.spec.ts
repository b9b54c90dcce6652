import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

function createDataSource(driver: string, database: string): DataSource {
  return new DataSource({ type: driver === 'sqlite3' ? 'sqlite' : driver, database } as DataSourceOptions);
}

describe.each(SQLITE_DRIVERS)('TypeOrmStorage over an app’s DataSource of %s', (driver) => {
  let path: string;
  let dataSource: DataSource;
  let storage: TypeOrmStorage;

  beforeEach(async () => {
    path = await folders.createFilePath();
    dataSource = await createDataSource(driver, path).initialize();
    storage = new TypeOrmStorage({ dataSource });
    await storage.start();
  });

  afterEach(async () => {
    await storage.stop();
    if (dataSource.isInitialized) await dataSource.destroy();
  });

  it('LC-1 leaves the DataSource open when it stops, and starts again over it', async () => {
    await storage.setState('x', { name: 'kept' });
    await storage.stop();
    expect(dataSource.isInitialized).toBe(true);
    expect(await dataSource.query('SELECT COUNT(*) AS n FROM fsm_state')).toEqual([{ n: 1 }]);
    await storage.start();
    expect(await storage.getState('x')).toEqual({ name: 'kept' });
  });

  it('LC-1 rejects a DataSource that is not initialized, never initializes it, and starts once the app has', async () => {
    const late = createDataSource(driver, path);
    const other = new TypeOrmStorage({ dataSource: late });
    await expect(other.start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('initialize()'),
    });
    expect(late.isInitialized).toBe(false);
    await late.initialize();
    await other.start();
    await other.stop();
    expect(late.isInitialized).toBe(true);
    await late.destroy();
  });

  it('works during and after transactions of the app', async () => {
    const transaction = dataSource.transaction(async (manager) => {
      await manager.query('CREATE TABLE app (x integer)');
      await manager.query('INSERT INTO app VALUES (1)');
    });
    const totals = Promise.all(Array.from({ length: 20 }, () => storage.increment('n')));
    await transaction;
    expect(new Set(await totals).size).toBe(20);
    expect(await storage.getCounter('n')).toBe(20);
    expect(await dataSource.query('SELECT * FROM app')).toEqual([{ x: 1 }]);
  });

  it('loses a write that the app’s transaction rolls back, because SQLite has one connection', async () => {
    await dataSource
      .transaction(async () => {
        await storage.setState('x', { name: 'undone' });
        throw new Error('rolled back');
      })
      .catch(() => {});
    expect(await storage.getState('x')).toBeNull();
  });

  it('HL-1 is unhealthy and rejects calls once the app has destroyed the DataSource', async () => {
    expect(await storage.health()).toBe(true);
    await dataSource.destroy();
    expect(await storage.health()).toBe(false);
    await expect(storage.getState('x')).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    await expect(storage.setState('x', { secret: 'state' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('HL-1 is unhealthy when its file was deleted', async () => {
    await rm(path);
    expect(await storage.health()).toBe(false);
  });

  it('works over a DataSource in memory', async () => {
    const inMemory = await createDataSource(driver, ':memory:').initialize();
    const other = new TypeOrmStorage({ dataSource: inMemory });
    await other.start();
    await other.setState('x', { name: 'a' });
    expect(await other.listKeys()).toEqual(['x']);
    expect(await other.health()).toBe(true);
    await other.stop();
    await inMemory.destroy();
  });

  it('names the database as its backend', () => {
    expect(storage.backend).toBe('sqlite');
  });
});
