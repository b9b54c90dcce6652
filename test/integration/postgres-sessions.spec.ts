import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { nextTick } from '../../src/toolkit/event-loop.js';
import { useCleanUp, useServer } from '../support/fixtures.js';
import { askPostgres, type Row } from '../support/postgres-client.js';
import { startPostgresServer } from '../support/postgres-server.js';

const server = useServer(startPostgresServer);
const { afterTest, openStorage } = useCleanUp();

let url: string;
let databases = 0;

beforeEach(async () => {
  databases += 1;
  await askPostgres(server().url, `CREATE DATABASE sessions${databases}`);
  url = server().url.replace(/\/postgres$/, `/sessions${databases}`);
});

function ask(sql: string): Promise<Row[]> {
  return askPostgres(url, sql);
}

/** A pool of the app, with one connection: the next caller gets the session that the last one left. */
async function openDataSource(): Promise<DataSource> {
  const dataSource = await new DataSource({ type: 'postgres', url, poolSize: 1 }).initialize();
  afterTest(() => dataSource.destroy());
  return dataSource;
}

/** The tables of another tenant, with a state and a counter. */
async function createTenant(schema: string): Promise<void> {
  await ask(`CREATE SCHEMA ${schema}`);
  for (const table of ['fsm_state', 'fsm_counter']) {
    await ask(`CREATE TABLE ${schema}.${table} (LIKE public.${table} INCLUDING ALL)`);
  }
  await ask(`INSERT INTO ${schema}.fsm_state VALUES ('fsm', 'x', '{"of":"${schema}"}', NULL)`);
  await ask(`INSERT INTO ${schema}.fsm_counter VALUES ('fsm', 'n', 1000, NULL)`);
}

describe('the schema that a storage has found at its start', () => {
  it("ST-1 NS-1 stays, whatever search_path the app's pooled connection was left with", async () => {
    const dataSource = await openDataSource();
    const storage = await openStorage(new TypeOrmStorage({ dataSource }));
    await storage.setState('x', { of: 'public' });
    await createTenant('tenant');
    await dataSource.query('SET search_path TO tenant');
    expect(await storage.getState('x')).toEqual({ of: 'public' });
    expect(await storage.getStates(['x'])).toEqual([{ of: 'public' }]);
    expect(await storage.increment('n')).toBe(1);
    await storage.setState('y', {});
    expect(await storage.listKeys()).toEqual(expect.arrayContaining(['x', 'y']));
    expect(await storage.clearNamespace()).toBe(3);
    expect(await storage.health()).toBe(true);
    expect(await ask('SELECT identifier FROM tenant.fsm_state')).toEqual([{ identifier: 'x' }]);
    await ask('DROP TABLE public.fsm_state');
    expect(await storage.health()).toBe(false);
  });

  it('ST-1 stays when the session gets a temporary table of the same name', async () => {
    const dataSource = await openDataSource();
    const storage = await openStorage(new TypeOrmStorage({ dataSource }));
    await dataSource.query('CREATE TEMPORARY TABLE fsm_state (LIKE public.fsm_state INCLUDING ALL)');
    await storage.setState('x', { is: 'kept' });
    expect(await ask('SELECT identifier FROM public.fsm_state')).toEqual([{ identifier: 'x' }]);
    await storage.stop();
    await storage.start();
    expect(await storage.getState('x')).toEqual({ is: 'kept' });
  });

  it('LC-1 is ambiguous if a pooled connection was left with another search_path before, so the start fails', async () => {
    await openStorage(new PostgresStorage({ url }));
    await createTenant('tenant');
    const dataSource = await openDataSource();
    await dataSource.query('SET search_path TO tenant');
    await expect(new TypeOrmStorage({ dataSource }).start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/leads to schema tenant, that of a new one to public.*option schema/),
    });
    expect(await dataSource.query('SHOW search_path')).toEqual([{ search_path: 'tenant' }]);
    await dataSource.query('SET search_path TO public, tenant');
    const storage = await openStorage(new TypeOrmStorage({ dataSource }));
    await storage.setState('z', {});
    expect(await ask('SELECT identifier FROM public.fsm_state')).toEqual([{ identifier: 'z' }]);
  });

  it('LC-1 is the first of the search_path that has the tables, else the first in which they can be made', async () => {
    await ask('CREATE SCHEMA one; CREATE SCHEMA two');
    const withPath = (path: string): string => `${url}?options=-c%20search_path%3D${path}`;
    await openStorage(new PostgresStorage({ url: withPath('absent,two') }));
    const storage = await openStorage(new PostgresStorage({ url: withPath('one,two') }));
    await storage.setState('x', {});
    expect(await ask('SELECT identifier FROM two.fsm_state')).toEqual([{ identifier: 'x' }]);
    expect(await ask("SELECT to_regclass('one.fsm_state') AS made")).toEqual([{ made: null }]);
  });

  it.each([
    ['nowhere', '', /no schema of the search_path exists.*option schema/],
    ['one,two', 'CREATE TABLE one.fsm_state (); CREATE TABLE two.fsm_counter ()', /fsm_counter in schema two/],
  ])('LC-1 must be found in search_path = %s', async (path, tables, message) => {
    await ask(`CREATE SCHEMA one; CREATE SCHEMA two; ${tables}`);
    const storage = new PostgresStorage({ url: `${url}?options=-c%20search_path%3D${path}` });
    await expect(storage.start()).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});

describe("a connection that the app has left in its pool's only place", () => {
  let dataSource: DataSource;
  let storage: TypeOrmStorage;

  beforeEach(async () => {
    dataSource = await openDataSource();
    storage = await openStorage(new TypeOrmStorage({ dataSource }));
    await storage.setState('x', { step: 1 });
    await storage.increment('n');
  });

  /** As the app's code may leave it: it is released, but not as it was. */
  async function leave(...statements: readonly string[]): Promise<void> {
    const runner = dataSource.createQueryRunner();
    for (const sql of statements) await runner.query(sql).catch(() => {});
    await runner.release();
  }

  const LEFT = [
    ['in a transaction', ['BEGIN', 'CREATE TABLE app (x integer)']],
    ['in a transaction of SERIALIZABLE, without a statement', ['BEGIN ISOLATION LEVEL SERIALIZABLE']],
    ['in a read-only transaction', ['BEGIN READ ONLY']],
    ['in a transaction that failed', ['BEGIN', 'SELECT 1 / 0']],
    ['with another encoding', ["SET client_encoding TO 'LATIN1'"]],
    ['as another role', ['SET ROLE pg_monitor']],
  ] as const;

  it.each(LEFT)('ER-4 ST-1 CNT-1 loses nothing of what is acknowledged: %s', async (_, statements) => {
    await leave(...statements);
    await storage.setState('x', { text: '👋🏽' });
    await leave(...statements);
    expect(await storage.increment('n')).toBe(2);
    await leave(...statements);
    expect(await storage.compareAndSet('x', { step: 2 }, { expected: { text: '👋🏽' } })).toBe(true);
    await leave(...statements);
    expect(await storage.health()).toBe(true);
    await dataSource.query('SELECT 1');
    expect(await ask('SELECT state_json, value::text FROM fsm_state, fsm_counter')).toEqual([
      { state_json: '{"step":2}', value: '2' },
    ]);
    expect(await ask("SELECT to_regclass('app') AS made")).toEqual([{ made: null }]);
  });

  it('ER-4 keeps working without an error after startTransaction() of TypeORM without a commit', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.release();
    expect(await storage.increment('n')).toBe(2);
    expect(await ask('SELECT value::text FROM fsm_counter')).toEqual([{ value: '2' }]);
  });

  it('ER-4 says why if the app opens a transaction on every new connection, and changes nothing', async () => {
    const pool: unknown = Reflect.get(dataSource.driver, 'master');
    if (!(pool instanceof EventEmitter)) throw new Error('A pool of pg emits events.');
    pool.on('connect', (client: { query(sql: string): Promise<unknown> }) => void client.query('BEGIN'));
    await leave('BEGIN');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(storage.increment('n')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        outcome: 'not-applied',
        message: expect.stringMatching(/in a transaction that was never ended.*COMMIT or ROLLBACK/),
      });
    }
    expect(await storage.health()).toBe(false);
    expect(await ask('SELECT value::text FROM fsm_counter')).toEqual([{ value: '1' }]);
  });

  it('is verified again only after others have used it', async () => {
    await leave('SELECT 1');
    const sent = jest.spyOn(await clientOf(dataSource), 'query');
    await storage.increment('n');
    await storage.getState('x');
    expect(sent).toHaveBeenCalledTimes(3);
    await storage.getState('x');
    expect(sent).toHaveBeenCalledTimes(4);
    sent.mockRestore();
  });
});

async function clientOf(dataSource: DataSource): Promise<{ query(sql: string): Promise<unknown> }> {
  const runner = dataSource.createQueryRunner();
  const client = (await runner.connect()) as { query(sql: string): Promise<unknown> };
  await runner.release();
  return client;
}

describe('fifteen storages over one DataSource', () => {
  it('ER-5 make Node warn of no memory leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    afterTest(() => process.off('warning', onWarning));
    const dataSource = await openDataSource();
    for (let index = 0; index < 15; index += 1) await openStorage(new TypeOrmStorage({ dataSource }));
    await nextTick();
    expect(warnings).toEqual([]);
  });
});
