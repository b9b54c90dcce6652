import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { readFile, stat } from 'node:fs/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { FsmCounterEntity, FsmStateEntity } from '../../src/backends/typeorm/entities/entities.js';
import { CreateFsmTables1763900000000 } from '../../src/backends/typeorm/migrations/1763900000000-create-fsm-tables.js';
import { SqliteStorage } from '../../src/backends/typeorm/sqlite/storage.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { openRaw, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

describe.each(SQLITE_DRIVERS)('the schema under %s', (driver) => {
  const open: DataSource[] = [];

  afterEach(async () => {
    for (const dataSource of open.splice(0)) await dataSource.destroy();
  });

  async function openDataSource(database: string, more: Partial<DataSourceOptions> = {}): Promise<DataSource> {
    const type = driver === 'sqlite3' ? 'sqlite' : driver;
    const entities = [FsmStateEntity, FsmCounterEntity];
    const options = { type, database, entities, ...more } as DataSourceOptions;
    const dataSource = await new DataSource(options).initialize();
    open.push(dataSource);
    return dataSource;
  }

  /** What `synchronize` would do. */
  async function drift(dataSource: DataSource): Promise<string[]> {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  }

  it("FMT-3 schema: 'create' makes what the entities describe, without drift", async () => {
    const path = await folders.createFilePath();
    const storage = new SqliteStorage({ path, driver });
    await storage.start();
    await storage.stop();
    expect(await drift(await openDataSource(path))).toEqual([]);
  });

  it('FMT-3 the migration makes what the entities describe, without drift, and down removes it', async () => {
    const dataSource = await openDataSource(await folders.createFilePath(), {
      migrations: [CreateFsmTables1763900000000],
    });
    await dataSource.runMigrations();
    expect(await drift(dataSource)).toEqual([]);
    await dataSource.undoLastMigration();
    expect((await drift(dataSource)).length).toBeGreaterThan(0);
  });

  it("FMT-3 the migration runs over tables that schema: 'create' has made, and keeps their rows", async () => {
    const path = await folders.createFilePath();
    const storage = new SqliteStorage({ path, driver });
    await storage.start();
    await storage.setState('x', { name: 'kept' });
    await storage.stop();
    const dataSource = await openDataSource(path, { migrations: [CreateFsmTables1763900000000] });
    await dataSource.runMigrations();
    expect(await dataSource.getRepository(FsmStateEntity).count()).toBe(1);
  });

  it("FMT-3 tables made by synchronize pass schema: 'verify' and hold states", async () => {
    const dataSource = await openDataSource(await folders.createFilePath(), { synchronize: true });
    const storage = new TypeOrmStorage({ dataSource, schema: 'verify' });
    await storage.start();
    await storage.setState('x', { name: 'a' });
    expect(await dataSource.getRepository(FsmStateEntity).find()).toEqual([
      { namespace: 'fsm', identifier: 'x', state_json: '{"name":"a"}', expires_at: null },
    ]);
    await storage.increment('n', 3);
    expect(await dataSource.getRepository(FsmCounterEntity).findOneByOrFail({ identifier: 'n' })).toMatchObject({
      value: 3,
    });
    await storage.stop();
  });

  it("LC-1 schema: 'verify' creates no file, folder or table, and names what is missing", async () => {
    const path = await folders.createFilePath();
    const absent = new SqliteStorage({ path: `${path}-folder/fsm.db`, driver, schema: 'verify' });
    await expect(absent.start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/the file is missing.*migration/),
    });
    await expect(stat(`${path}-folder`)).rejects.toMatchObject({ code: 'ENOENT' });

    const raw = await openRaw(path, driver);
    await raw.exec('CREATE TABLE other (x)');
    await raw.close();
    const before = await readFile(path);
    await expect(new SqliteStorage({ path, driver, schema: 'verify' }).start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/table fsm_state is missing; table fsm_counter is missing/),
    });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it.each([
    [
      'namespace text, identifier text, expires_at integer, PRIMARY KEY (namespace, identifier)',
      'column fsm_state.state_json is missing',
    ],
    ['namespace text, identifier text PRIMARY KEY, state_json text, expires_at integer', 'primary key of fsm_state'],
    [
      'namespace text, identifier text COLLATE NOCASE, state_json text, expires_at integer, PRIMARY KEY (namespace, identifier)',
      'byte by byte',
    ],
    [
      'namespace text, identifier text, state_json text, expires_at integer, PRIMARY KEY (namespace, identifier)',
      'an index on fsm_state.expires_at is missing',
    ],
  ])('LC-1 rejects a table of the same name that was created differently: (%s)', async (columns, problem) => {
    const path = await folders.createFilePath();
    const raw = await openRaw(path, driver);
    await raw.exec(`CREATE TABLE fsm_state (${columns})`);
    const start = new SqliteStorage({ path, driver, schema: 'verify' }).start();
    await expect(start).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(problem) });
    await raw.close();
  });

  it("LC-1 schema: 'create' rejects a foreign table at the start", async () => {
    const path = await folders.createFilePath();
    const raw = await openRaw(path, driver);
    await raw.exec(
      'CREATE TABLE fsm_counter (id integer PRIMARY KEY, namespace text, identifier text, value, expires_at)',
    );
    await raw.close();
    await expect(new SqliteStorage({ path, driver }).start()).rejects.toMatchObject({
      message: expect.stringMatching(/primary key of fsm_counter.*made by something else/),
    });
  });

  it("LC-1 schema: 'verify' starts over a file that 'create' has made", async () => {
    const path = await folders.createFilePath();
    const made = new SqliteStorage({ path, driver });
    await made.start();
    await made.stop();
    const storage = new SqliteStorage({ path, driver, schema: 'verify' });
    await storage.start();
    expect(await storage.health()).toBe(true);
    await storage.stop();
  });
});
