import { describe, expect, it } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { MariadbStorage, MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import type { MysqlStorageOptions } from '../../src/backends/typeorm/mysql/options.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import { eventually } from '../support/eventually.js';
import { failureOf, useCleanUp, useServer } from '../support/fixtures.js';
import { EXPECTED_REPLIES, repliesOf } from '../support/mysql-scenario.js';
import { type MysqlServer, startMariadbServer, startMysqlServer } from '../support/mysql-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const { afterTest, openStorage, stopAfterTest } = useCleanUp();

type OwnerOfPool = 'of the storage' | 'of the app';
const OWNERS: readonly OwnerOfPool[] = ['of the storage', 'of the app'];

describe.each([
  ['mariadb', startMariadbServer, (options: MysqlStorageOptions) => new MariadbStorage(options)],
  ['mysql', startMysqlServer, (options: MysqlStorageOptions) => new MysqlStorage(options)],
] as const)('on %s', (type, startServer, createStorage) => {
  async function createStorageOf(owner: OwnerOfPool, options: MysqlStorageOptions): Promise<FsmStorage> {
    if (owner === 'of the storage') return stopAfterTest(createStorage(options));
    const { url, schema, commandTimeout } = options;
    const dataSource = new DataSource({ type, url, connectorPackage: 'mysql2' } as never);
    await dataSource.initialize();
    afterTest(() => dataSource.destroy());
    return stopAfterTest(new TypeOrmStorage({ dataSource, schema, commandTimeout }));
  }

  async function open(owner: OwnerOfPool, options: MysqlStorageOptions): Promise<FsmStorage> {
    const storage = await createStorageOf(owner, options);
    await storage.start();
    return storage;
  }

  /** A user that a read-only server rejects. */
  async function createUser(server: MysqlServer, ...grants: readonly string[]): Promise<string> {
    await server.ask("DROP USER IF EXISTS app@'127.0.0.1'");
    await server.ask("CREATE USER app@'127.0.0.1'");
    for (const grant of grants) await server.ask(`GRANT ${grant} TO app@'127.0.0.1'`);
    return server.url.replace('root@', 'app@');
  }

  describe('rights', () => {
    const server = useServer(startServer);

    async function createTables(): Promise<void> {
      await server().ask('DROP TABLE IF EXISTS fsm_state, fsm_counter');
      await (await openStorage(createStorage({ url: server().url }))).stop();
    }

    it.each(['create', 'verify'] as const)(
      'ER-1 four rights on two tables suffice for tables that are there, with schema %s',
      async (schema) => {
        await createTables();
        const rights = 'SELECT, INSERT, UPDATE, DELETE';
        const url = await createUser(server(), `${rights} ON fsm.fsm_state`, `${rights} ON fsm.fsm_counter`);
        const storage = await openStorage(createStorage({ url, schema, sweepInterval: 10 }));
        expect(await repliesOf(storage)).toEqual(EXPECTED_REPLIES);
        await storage.setState('expired', { is: 1 }, { ttl: 0.001 });
        await eventually(async () => (await server().ask('SELECT 1 FROM fsm_state')).length === 0);
      },
    );

    it('ER-1 five rights on the database suffice to make the tables', async () => {
      await server().ask('DROP TABLE IF EXISTS fsm_state, fsm_counter');
      const url = await createUser(server(), 'CREATE, SELECT, INSERT, UPDATE, DELETE ON fsm.*');
      expect(await repliesOf(await openStorage(createStorage({ url })))).toEqual(EXPECTED_REPLIES);
    });

    it.each([
      ['CREATE', () => undefined],
      ['INSERT', (storage: FsmStorage) => storage.setState('x', { is: 1 })],
      ['UPDATE', (storage: FsmStorage) => storage.touch('x', 60)],
      ['DELETE', (storage: FsmStorage) => storage.deleteState('x')],
      ['SELECT', (storage: FsmStorage) => storage.getState('x')],
    ] as const)('ER-1 the message about the missing right %s says what to grant', async (right, call) => {
      const others = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'].filter((other) => other !== right).join(', ');
      await createTables();
      const storage = createStorage({ url: await createUser(server(), `${others} ON fsm.*`) });
      stopAfterTest(storage);
      if (right === 'CREATE') await server().ask('DROP TABLE fsm_state, fsm_counter');
      const startAndCall = async (): Promise<void> => {
        await storage.start();
        await call(storage);
      };
      expect(await failureOf(startAndCall)).toMatchObject({
        ...{ code: 'UNAVAILABLE', outcome: 'not-applied', scope: 'command' },
        message: expect.stringMatching(
          new RegExp(`no right to ${right}; GRANT SELECT, INSERT, UPDATE, DELETE, and CREATE .* ON the database`),
        ),
      });
    });

    it('ER-1 the message about a database that the user may not use says what to grant', async () => {
      const storage = createStorage({ url: await createUser(server()) });
      stopAfterTest(storage);
      await expect(storage.start()).rejects.toMatchObject({
        ...{ code: 'UNAVAILABLE', outcome: 'not-applied' },
        message: expect.stringMatching(/GRANT SELECT, INSERT, UPDATE, DELETE/),
      });
    });

    it('HL-1 health is false without the right to write', async () => {
      await createTables();
      const rights = 'SELECT, INSERT, UPDATE, DELETE';
      const url = await createUser(server(), `${rights} ON fsm.fsm_state`, `${rights} ON fsm.fsm_counter`);
      const storage = await openStorage(createStorage({ url }));
      expect(await storage.health()).toBe(true);
      await server().ask(`REVOKE INSERT ON fsm.fsm_state FROM app@'127.0.0.1'`);
      expect(await storage.getState('x')).toBeNull();
      expect(await storage.health()).toBe(false);
    });
  });

  describe('a server that became read-only', () => {
    const old = useServer(startServer);
    const promoted = useServer(startServer);

    async function prepare(server: MysqlServer): Promise<string> {
      await server.ask('SET GLOBAL read_only = 0');
      await server.ask('DROP TABLE IF EXISTS fsm_state, fsm_counter');
      await (await openStorage(createStorage({ url: server.url }))).stop();
      return createUser(server, 'CREATE, SELECT, INSERT, UPDATE, DELETE ON fsm.*');
    }

    it.each(OWNERS)('ER-4 writes go to the new primary behind the same name, over a pool %s', async (owner) => {
      await prepare(promoted());
      let primary = old().port;
      const proxy = await TcpProxy.to(() => primary);
      afterTest(() => proxy.close());
      const url = (await prepare(old())).replace(`:${old().port}`, `:${proxy.port}`);
      const storage = await open(owner, { url });
      await Promise.all(Array.from({ length: 5 }, (_, index) => storage.setState(`${index}`, { is: 1 })));
      await old().ask('SET GLOBAL read_only = 1');
      primary = promoted().port;
      await eventually(() =>
        storage.setState('x', { is: 2 }).then(
          () => true,
          () => false,
        ),
      );
      expect(await promoted().ask('SELECT identifier FROM fsm_state')).toEqual([{ identifier: 'x' }]);
      await Promise.all(Array.from({ length: 20 }, (_, index) => storage.setState(`${index}`, { is: 3 })));
      expect(await promoted().ask('SELECT identifier FROM fsm_state')).toHaveLength(21);
      expect(await storage.health()).toBe(true);
    });

    it.each(OWNERS)('HL-1 health is false while it takes no writes, and reads work, over a pool %s', async (owner) => {
      const storage = await open(owner, { url: await prepare(old()) });
      await storage.setState('x', { is: 1 });
      expect(await storage.health()).toBe(true);
      await old().ask('SET GLOBAL read_only = 1');
      expect(await storage.health()).toBe(false);
      expect(await storage.getState('x')).toEqual({ is: 1 });
      expect(await failureOf(() => storage.setState('x', { is: 2 }))).toMatchObject({
        ...{ outcome: 'not-applied', scope: 'command', message: expect.stringContaining('connect to the primary') },
      });
      await old().ask('SET GLOBAL read_only = 0');
      await storage.setState('x', { is: 3 });
      expect(await storage.health()).toBe(true);
    });

    it.each(OWNERS.flatMap((owner) => (['create', 'verify'] as const).map((schema) => [owner, schema] as const)))(
      'LC-1 a storage does not start there even if the tables exist, over a pool %s with schema %s',
      async (owner, schema) => {
        const url = await prepare(old());
        await old().ask('SET GLOBAL read_only = 1');
        const storage = await createStorageOf(owner, { url, schema });
        const failure = await failureOf(() => storage.start());
        expect(failure).toMatchObject({
          code: 'UNAVAILABLE',
          message: expect.stringContaining('connect to the primary'),
        });
        await old().ask('SET GLOBAL read_only = 0');
        await storage.start();
        expect(await storage.health()).toBe(true);
        await storage.stop();
      },
    );

    it.each(OWNERS)(
      'LC-1 a storage does not start there if it had to make its tables, over a pool %s',
      async (owner) => {
        const url = await prepare(old());
        await old().ask('DROP TABLE fsm_counter');
        await old().ask('SET GLOBAL read_only = 1');
        const storage = await createStorageOf(owner, { url });
        await expect(storage.start()).rejects.toThrow('connect to the primary');
      },
    );
  });

  describe('a full disk', () => {
    // All tables share one file, which may not grow any more.
    const file = '--innodb-data-file-path=ibdata1:12M:autoextend:max:40M';
    const server = useServer(() => startServer({ args: ['--innodb-file-per-table=0', file] }));

    it('ER-4 rejects writes as surely not applied, and takes no reads away', async () => {
      const storage = await openStorage(createStorage({ url: server().url }));
      await storage.setState('first', { is: 1 });
      const large = { text: 'x'.repeat(500_000) };
      let failure: unknown = 'no failure';
      for (let index = 0; failure === 'no failure' && index < 200; index += 1) {
        failure = await failureOf(() => storage.setState(`${index}`, large));
      }
      expect(failure).toMatchObject({
        ...{ code: 'UNAVAILABLE', outcome: 'not-applied', scope: 'command' },
        message: expect.stringContaining('is full'),
      });
      expect(await storage.getState('first')).toEqual({ is: 1 });
    });
  });

  describe('a lock that another session keeps', () => {
    const server = useServer(startServer);
    // MySQL has no time limit of a single statement, so a session of the app keeps the app's setting.
    const owners = type === 'mariadb' ? OWNERS : OWNERS.slice(0, 1);
    // MySQL limits a wait to whole seconds, counted from the moment at which the statement is sent.
    const afterWait = type === 'mariadb' ? 'not-applied' : 'unknown';

    async function lock(statement: string): Promise<{ end(): Promise<unknown> }> {
      const other = await createConnection({ uri: server().url });
      afterTest(async () => other.destroy());
      await other.beginTransaction();
      await other.query(statement);
      return { end: () => other.query('COMMIT').then(() => other.query('UNLOCK TABLES')) };
    }

    it.each(
      owners.flatMap((owner) =>
        ["SELECT * FROM fsm_state WHERE identifier = 'a' FOR UPDATE", 'LOCK TABLES fsm_state WRITE'].map(
          (statement) => [owner, statement] as const,
        ),
      ),
    )('ER-4 a write that waits for it is surely not applied, over a pool %s: %s', async (owner, statement) => {
      const storage = await open(owner, { url: server().url, commandTimeout: 3000 });
      await storage.setState('a', { is: 1 });
      const { end } = await lock(statement);
      const failure = await failureOf(() => storage.setState('a', { is: 2 }));
      expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied', scope: 'call' });
      await end();
      expect(await storage.getState('a')).toEqual({ is: 1 });
      await storage.setState('a', { is: 3 });
    });

    it(`ER-4 the outcome of a write that waited for a connection first is ${afterWait}`, async () => {
      const storage = await openStorage(createStorage({ url: server().url, commandTimeout: 3000, poolSize: 1 }));
      const { end } = await lock('LOCK TABLES fsm_state WRITE');
      const writes = ['a', 'b'].map((identifier) => failureOf(() => storage.setState(identifier, { is: 2 })));
      const [first, second] = await Promise.all(writes);
      expect(first).toMatchObject({ outcome: 'not-applied' });
      expect(second).toMatchObject({ outcome: afterWait });
      await end();
    });
  });
});
