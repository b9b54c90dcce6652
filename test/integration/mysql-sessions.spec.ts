import { beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { MariadbStorage, MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import type { MysqlStorageOptions } from '../../src/backends/typeorm/mysql/options.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp, useServer } from '../support/fixtures.js';
import { EXPECTED_REPLIES, repliesOf } from '../support/mysql-scenario.js';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';

const { afterTest, openStorage, stopAfterTest } = useCleanUp();

/** Changes of a session that must not change what the storage returns. */
const CHANGES = [
  'SET NAMES latin1',
  'SET NAMES gbk',
  'SET CHARACTER SET latin1',
  'SET character_set_results = latin1',
  'SET character_set_connection = latin1',
  'SET collation_connection = utf8mb4_general_ci',
  "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
  "SET sql_mode = 'ANSI'",
  "SET sql_mode = ''",
  "SET time_zone = '+05:00'",
  'SET sql_select_limit = 1',
  'SET sql_big_selects = 0',
  'USE other',
];

/** Makes sessions of an ordinary user use latin1, whatever the client asks for. */
const LATIN1 = {
  mariadb: ['--skip-character-set-client-handshake', '--character-set-server=latin1'],
  // The other option is gone since MySQL 9.
  mysql: ['--init-connect=SET NAMES latin1', '--character-set-server=latin1'],
} as const;

describe.each([
  ['mariadb', startMariadbServer, (options: MysqlStorageOptions) => new MariadbStorage(options)],
  ['mysql', startMysqlServer, (options: MysqlStorageOptions) => new MysqlStorage(options)],
] as const)('sessions of %s', (type, startServer, createStorage) => {
  async function openDataSource(url: string): Promise<DataSource> {
    const dataSource = new DataSource({
      type,
      url,
      connectorPackage: 'mysql2',
      extra: { connectionLimit: 1 },
    } as never);
    await dataSource.initialize();
    afterTest(() => dataSource.destroy());
    return dataSource;
  }

  describe('with the defaults of the server', () => {
    const server = useServer(startServer);
    beforeEach(async () => {
      await server().ask('DROP DATABASE IF EXISTS other');
      await server().ask('CREATE DATABASE other');
      await server().ask('DROP TABLE IF EXISTS fsm_state, fsm_counter');
    });

    async function openOverApp(): Promise<{ dataSource: DataSource; storage: FsmStorage }> {
      const dataSource = await openDataSource(server().url);
      return { dataSource, storage: await openStorage(new TypeOrmStorage({ dataSource })) };
    }

    it.each(type === 'mariadb' ? [...CHANGES, "SET sql_mode = 'ORACLE'"] : CHANGES)(
      "ST-1 ID-2 the app's connection may be left with %s",
      async (change) => {
        const { dataSource, storage } = await openOverApp();
        await openStorage(createStorage({ url: server().url.replace(/fsm$/, 'other') }));
        await dataSource.query(change);
        expect(await repliesOf(storage)).toEqual(EXPECTED_REPLIES);
        expect(await server().ask('SELECT * FROM other.fsm_state')).toEqual([]);
      },
    );

    it('NS-1 never reads or writes the states of another database that the app has selected', async () => {
      const other = await openStorage(createStorage({ url: server().url.replace(/fsm$/, 'other') }));
      await other.setState('x', { of: 'other' });
      const { dataSource, storage } = await openOverApp();
      await dataSource.query('USE other');
      expect(await storage.getState('x')).toBeNull();
      await storage.setState('x', { of: 'fsm' });
      expect(await storage.increment('n')).toBe(1);
      expect(await storage.clearNamespace()).toBe(2);
      expect(await other.getState('x')).toEqual({ of: 'other' });
      expect(await other.getCounter('n')).toBeNull();
    });

    it('NS-1 makes its tables in its database, also if the app has selected another one before the start', async () => {
      const dataSource = await openDataSource(server().url);
      await dataSource.query('USE other');
      await openStorage(new TypeOrmStorage({ dataSource }));
      expect(await server().ask('SHOW TABLES FROM other')).toEqual([]);
      expect(await server().ask("SHOW TABLES FROM fsm LIKE 'fsm%'")).toHaveLength(2);
    });

    it.each([
      ['sql_safe_updates = 1', 'sql_safe_updates'],
      ['sql_select_limit = 0', 'sql_select_limit'],
      ['sql_select_limit = 1', 'sql_select_limit'],
      ['TRANSACTION READ ONLY', 'read-only'],
    ])("ER-1 does not start if the app's sessions have %s, and says so", async (setting, name) => {
      const dataSource = await openDataSource(server().url);
      await dataSource.query(`SET SESSION ${setting}`);
      await expect(new TypeOrmStorage({ dataSource }).start()).rejects.toThrow(name);
    });

    it.each([
      ['LOCK TABLES mysql.user READ'],
      ['LOCK TABLES fsm_state READ'],
      ['START TRANSACTION READ ONLY'],
      ["XA START 'left'"],
      ["XA START 'left', XA END 'left'"],
    ])('ER-4 a connection that was left after %s is closed: the next write is kept', async (statements) => {
      const { dataSource, storage } = await openOverApp();
      for (const statement of statements.split(', ')) await dataSource.query(statement);
      await expect(storage.setState('x', { is: 1 })).rejects.toMatchObject({ outcome: 'not-applied' });
      await storage.setState('y', { is: 2 });
      expect(await server().ask('SELECT identifier FROM fsm_state')).toEqual([{ identifier: 'y' }]);
    });

    it('ER-4 acknowledges no removal that is never committed', async () => {
      const { dataSource, storage } = await openOverApp();
      await storage.setState('x', { is: 1 });
      await dataSource.query('START TRANSACTION');
      await expect(storage.clearNamespace()).rejects.toMatchObject({ outcome: 'not-applied' });
      expect(await storage.getState('x')).toEqual({ is: 1 });
    });
  });

  describe('with other defaults of the server', () => {
    const server = useServer(async () => {
      const running = await startServer({ args: [...LATIN1[type]] });
      await running.ask("CREATE USER app@'127.0.0.1'");
      await running.ask("GRANT ALL ON fsm.* TO app@'127.0.0.1'");
      return running;
    });
    beforeEach(() => server().ask('DROP TABLE IF EXISTS fsm_state, fsm_counter'));
    const appUrl = (): string => server().url.replace('root@', 'app@');

    it('ST-1 ID-2 texts come back exactly over our connections', async () => {
      const storage = await openStorage(createStorage({ url: appUrl() }));
      expect(await repliesOf(storage)).toEqual(EXPECTED_REPLIES);
      await storage.setState('👋🏽', { text: '👋🏽' });
      const rows = await server().ask(
        "SELECT HEX(identifier) AS name, LOCATE(X'F09F918BF09F8FBD', state_json) AS place FROM fsm_state",
      );
      expect(rows).toEqual([{ name: 'F09F918BF09F8FBD', place: 10 }]);
    });

    it("ST-1 does not start over an app's DataSource, and says what to change", async () => {
      const dataSource = await openDataSource(appUrl());
      const start = new TypeOrmStorage({ dataSource }).start();
      await expect(start).rejects.toThrow(/character_set_client = latin1.*skip-character-set-client-handshake/);
    });

    it('ER-1 our connections have their own settings, whatever those of the server are', async () => {
      const globals = ['sql_select_limit', 'sql_safe_updates', 'sql_mode', 'autocommit', 'sql_big_selects'];
      const values = ['1', '1', "'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'", '0', '0'];
      const set = globals.map((name, index) => `GLOBAL ${name} = ${values[index]}`).join(', ');
      await server().ask(`SET ${set}`);
      await server().ask('SET GLOBAL TRANSACTION ISOLATION LEVEL READ UNCOMMITTED');
      afterTest(() => server().ask(`SET ${globals.map((name) => `GLOBAL ${name} = DEFAULT`).join(', ')}`));
      const storage = await openStorage(createStorage({ url: appUrl(), sweepInterval: 10 }));
      expect(await repliesOf(storage)).toEqual(EXPECTED_REPLIES);
      await storage.setState('expired', { is: 1 }, { ttl: 0.001 });
      await eventually(async () => Number((await server().ask('SELECT COUNT(*) AS n FROM fsm_state'))[0]?.['n']) === 0);
    });
  });

  describe('with binlog_format = STATEMENT', () => {
    const server = useServer(() => startServer({ durable: true, args: ['--binlog-format=STATEMENT'] }));

    it('LC-1 a start over our connections fails and says what to set', async () => {
      const storage = stopAfterTest(createStorage({ url: server().url }));
      await expect(storage.start()).rejects.toMatchObject({
        ...{ code: 'UNAVAILABLE', outcome: 'not-applied' },
        message: expect.stringMatching(/binlog_format is STATEMENT.*ROW or MIXED/),
      });
    });

    it("LC-1 a start over an app's DataSource fails at READ COMMITTED, and works at REPEATABLE READ", async () => {
      const dataSource = await openDataSource(server().url);
      await dataSource.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
      await expect(new TypeOrmStorage({ dataSource }).start()).rejects.toThrow('binlog_format is STATEMENT');
      await dataSource.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      const storage = await openStorage(new TypeOrmStorage({ dataSource }));
      expect(await repliesOf(storage)).toEqual(EXPECTED_REPLIES);
    });
  });
});
