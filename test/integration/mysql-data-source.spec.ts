import { beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createFsmEntities } from '../../src/backends/typeorm/entities/entities.js';
import { CreateFsmTablesMysql1764300000001 } from '../../src/backends/typeorm/migrations/1764300000001-create-fsm-tables-mysql.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { useServer } from '../support/fixtures.js';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';

describe.each([
  ['mariadb', startMariadbServer],
  ['mysql', startMysqlServer],
] as const)('a DataSource of type %s that the app owns', (type, startServer) => {
  const entities = [...createFsmEntities(type)];

  const server = useServer(startServer);
  beforeEach(() => server().ask('DROP TABLE IF EXISTS fsm_state, fsm_counter, migrations'));

  const createDataSource = (extra: object): DataSource =>
    new DataSource({ type, url: server().url, connectorPackage: 'mysql2', entities, extra } as never);

  it.each([['FOUND_ROWS'], ['-FOUND_ROWS']])('CAS-1 CNT-4 returns correct results with the flag %s', async (flag) => {
    const dataSource = createDataSource({ flags: [flag] });
    await dataSource.initialize();
    const storage = new TypeOrmStorage({ dataSource });
    await storage.start();
    await storage.setState('x', { a: 1 });
    expect(await storage.compareAndSet('x', { a: 1 }, { expected: { a: 1 } })).toBe(true);
    expect(await storage.compareAndSet('x', { a: 1 }, { expected: { a: 2 } })).toBe(false);
    expect(await storage.compareAndSet('x', { a: 1 })).toBe(false);
    expect(await storage.compareAndSet('y', { a: 1 })).toBe(true);
    expect(await storage.touch('x', 60)).toBe(true);
    expect(await storage.increment('n', Number.MIN_SAFE_INTEGER)).toBe(Number.MIN_SAFE_INTEGER);
    await expect(storage.increment('n', -1)).rejects.toMatchObject({ code: 'COUNTER_OVERFLOW' });
    expect(await storage.increment('n', Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(await storage.getCounter('n')).toBe(0);
    expect(await storage.clearNamespace()).toBe(3);
    await storage.stop();
    expect(dataSource.isInitialized).toBe(true);
    await dataSource.destroy();
  });

  it('FMT-3 the migration makes what the entities describe and the storage verifies', async () => {
    const dataSource = createDataSource({});
    dataSource.setOptions({ migrations: [CreateFsmTablesMysql1764300000001] });
    await dataSource.initialize();
    await dataSource.runMigrations();
    const drift = await dataSource.driver.createSchemaBuilder().log();
    expect(drift.upQueries).toEqual([]);
    const storage = new TypeOrmStorage({ dataSource, schema: 'verify' });
    await storage.start();
    await storage.setState('x', { a: 1 });
    await storage.stop();
    const rows = await dataSource.getRepository('FsmState').find();
    expect(rows).toEqual([{ namespace: 'fsm', identifier: 'x', state_json: '{"a":1}', expires_at: null }]);
    await dataSource.undoLastMigration();
    expect(await server().ask("SHOW TABLES LIKE 'fsm%'")).toEqual([]);
    await dataSource.destroy();
  });

  it.each([
    ['autocommit = 0', 'autocommit'],
    ["sql_mode = 'NO_BACKSLASH_ESCAPES'", 'NO_BACKSLASH_ESCAPES'],
    ['TRANSACTION ISOLATION LEVEL READ UNCOMMITTED', 'READ UNCOMMITTED'],
  ])('ER-1 does not start if its sessions have %s, and names that setting', async (setting, name) => {
    const dataSource = createDataSource({ connectionLimit: 1 });
    await dataSource.initialize();
    await dataSource.query(`SET SESSION ${setting}`);
    const storage = new TypeOrmStorage({ dataSource });
    await expect(storage.start()).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', outcome: 'not-applied' },
      message: expect.stringContaining(name),
    });
    expect(await server().ask("SHOW TABLES LIKE 'fsm%'")).toEqual([]);
    await dataSource.destroy();
  });

  it.each([['utf8mb3'], ['latin1']])(
    'ST-1 does not start if the character set of its sessions loses text: %s',
    async (charset) => {
      const dataSource = createDataSource({ connectionLimit: 1 });
      await dataSource.initialize();
      await dataSource.query(`SET NAMES ${charset}`);
      const storage = new TypeOrmStorage({ dataSource });
      await expect(storage.start()).rejects.toThrow(`character_set_client = ${charset}`);
      await dataSource.destroy();
    },
  );

  it.each([['SET SESSION autocommit = 0'], ['START TRANSACTION']])(
    'ER-4 acknowledges no write after another user of the session ran %s',
    async (words) => {
      const dataSource = createDataSource({ connectionLimit: 1 });
      await dataSource.initialize();
      const storage = new TypeOrmStorage({ dataSource });
      await storage.start();
      await dataSource.query(words);
      await expect(storage.setState('x', { a: 1 })).rejects.toMatchObject({ outcome: 'not-applied' });
      expect(await server().ask('SELECT identifier FROM fsm_state')).toEqual([]);
      await storage.setState('y', { a: 1 });
      expect(await server().ask('SELECT identifier FROM fsm_state')).toEqual([{ identifier: 'y' }]);
      await storage.stop();
      await dataSource.destroy();
    },
  );
});
