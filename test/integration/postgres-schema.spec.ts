import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createFsmEntities } from '../../src/backends/typeorm/entities/entities.js';
import { CreateFsmTablesPostgres1764300000000 } from '../../src/backends/typeorm/migrations/1764300000000-create-fsm-tables-postgres.js';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { useServer } from '../support/fixtures.js';
import { askPostgres, type Row } from '../support/postgres-client.js';
import { startPostgresServer } from '../support/postgres-server.js';

const [FsmState, FsmCounter] = createFsmEntities('postgres');

let url: string;
let databases = 0;
const open: DataSource[] = [];
const started: (PostgresStorage | TypeOrmStorage)[] = [];

const server = useServer(startPostgresServer);

beforeEach(async () => {
  databases += 1;
  await askPostgres(server().url, `CREATE DATABASE schema${databases}`);
  url = server().url.replace(/\/postgres$/, `/schema${databases}`);
});

afterEach(async () => {
  for (const storage of started.splice(0)) await storage.stop();
  for (const dataSource of open.splice(0)) await dataSource.destroy();
});

function ask(sql: string): Promise<Row[]> {
  return askPostgres(url, sql);
}

async function openDataSource(more: { synchronize?: boolean; schema?: string } = {}): Promise<DataSource> {
  const dataSource = new DataSource({
    ...{ type: 'postgres', url, entities: [FsmState, FsmCounter] },
    ...{ migrations: [CreateFsmTablesPostgres1764300000000], ...more },
  });
  open.push(await dataSource.initialize());
  return dataSource;
}

async function start<T extends PostgresStorage | TypeOrmStorage>(storage: T): Promise<T> {
  started.push(storage);
  await storage.start();
  return storage;
}

/** What `synchronize` would do. */
async function drift(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

describe('the schema in Postgres', () => {
  it("FMT-3 schema: 'create' makes what the entities describe, without drift", async () => {
    await start(new PostgresStorage({ url }));
    expect(await drift(await openDataSource())).toEqual([]);
  });

  it('FMT-3 the migration makes what the entities describe, without drift, and down removes it', async () => {
    const dataSource = await openDataSource();
    await dataSource.runMigrations();
    expect(await drift(dataSource)).toEqual([]);
    await start(new PostgresStorage({ url, schema: 'verify' }));
    await dataSource.undoLastMigration();
    expect((await drift(dataSource)).length).toBeGreaterThan(0);
  });

  it("FMT-3 the migration runs over tables that schema: 'create' has made, and keeps their rows", async () => {
    const storage = await start(new PostgresStorage({ url }));
    await storage.setState('x', { name: 'kept' });
    const dataSource = await openDataSource();
    await dataSource.runMigrations();
    expect(await dataSource.getRepository(FsmState).count()).toBe(1);
  });

  it("FMT-3 tables made by synchronize pass schema: 'verify' and hold states and counters", async () => {
    const dataSource = await openDataSource({ synchronize: true });
    const storage = await start(new TypeOrmStorage({ dataSource, schema: 'verify' }));
    await storage.setState('x', { name: 'a' });
    await storage.increment('n', 3, { ttl: 1000 });
    expect(await dataSource.getRepository(FsmState).find()).toEqual([
      { namespace: 'fsm', identifier: 'x', state_json: '{"name":"a"}', expires_at: null },
    ]);
    expect(await dataSource.getRepository(FsmCounter).find()).toEqual([
      { namespace: 'fsm', identifier: 'n', value: 3, expires_at: expect.any(Number) },
    ]);
  });

  it('FMT-3 uses the schema of the connection or the DataSource, whatever the search_path is', async () => {
    await ask('CREATE SCHEMA "MyApp"');
    const named = 'MyApp';
    const { hostname: host, port, username, password, pathname } = new URL(url);
    const address = { host, port: Number(port), username, password, database: pathname.slice(1) };
    const own = await start(new PostgresStorage({ connection: { ...address, schema: named } }));
    await own.setState('x', { name: 'a' });
    expect(await ask('SELECT identifier FROM "MyApp".fsm_state')).toEqual([{ identifier: 'x' }]);
    const dataSource = await openDataSource({ schema: named });
    expect(await drift(dataSource)).toEqual([]);
    const apps = await start(new TypeOrmStorage({ dataSource }));
    expect(await apps.getState('x')).toEqual({ name: 'a' });
    expect(await ask("SELECT to_regclass('public.fsm_state') AS made")).toEqual([{ made: null }]);
  });

  it('LC-1 sixteen storages that start at once on an empty database all start, and create the tables once', async () => {
    const storages = Array.from({ length: 16 }, () => new PostgresStorage({ url, poolSize: 2 }));
    await Promise.all(storages.map((storage) => start(storage)));
    await Promise.all(storages.map((storage) => storage.increment('n')));
    expect(await storages[0]?.getCounter('n')).toBe(16);
  });

  it("LC-1 schema: 'verify' creates nothing and names what is missing", async () => {
    await expect(new PostgresStorage({ url, schema: 'verify' }).start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/table fsm_state is missing; table fsm_counter is missing.*migration/),
    });
    expect(await ask("SELECT to_regclass('fsm_state') AS made")).toEqual([{ made: null }]);
  });

  it('LC-1 needs no privilege to create if the tables exist', async () => {
    await start(new PostgresStorage({ url }));
    await ask(`CREATE ROLE plain${databases} LOGIN PASSWORD 'plain'`);
    await ask(`GRANT SELECT, INSERT, UPDATE, DELETE ON fsm_state, fsm_counter TO plain${databases}`);
    const plain = new URL(url);
    plain.username = `plain${databases}`;
    plain.password = 'plain';
    const storage = await start(new PostgresStorage({ url: plain.href }));
    expect(await storage.increment('n')).toBe(1);
  });

  it.each([
    [
      'namespace text COLLATE "C", identifier text COLLATE "C", expires_at bigint',
      'column fsm_state.state_json is missing',
    ],
    [
      'namespace text, identifier text, state_json text, expires_at bigint',
      'fsm_state.identifier does not compare byte by byte',
    ],
    [
      'namespace text COLLATE "C", identifier text COLLATE "C", state_json jsonb, expires_at bigint',
      'fsm_state.state_json is jsonb instead of text',
    ],
    [
      'namespace text COLLATE "C", identifier text COLLATE "C", state_json text, expires_at timestamptz',
      'fsm_state.expires_at is timestamp with time zone instead of bigint',
    ],
    [
      'namespace text COLLATE "C", identifier text COLLATE "C", state_json text, expires_at bigint',
      'an index on fsm_state.expires_at is missing',
    ],
  ])('LC-1 rejects a table of the same name that was created differently: (%s)', async (columns, problem) => {
    await ask(`CREATE TABLE fsm_state (${columns}, PRIMARY KEY (namespace, identifier))`);
    await expect(new PostgresStorage({ url, schema: 'verify' }).start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(problem),
    });
  });

  it("LC-1 schema: 'create' rejects a foreign table at the start", async () => {
    await ask('CREATE TABLE fsm_counter (id integer PRIMARY KEY, expires_at bigint)');
    await expect(new PostgresStorage({ url }).start()).rejects.toMatchObject({
      message: expect.stringMatching(/column fsm_counter.namespace is missing.*made by something else/),
    });
  });

  it('LC-1 rejects a database whose encoding cannot hold every identifier', async () => {
    const narrow = `narrow${databases}`;
    await askPostgres(server().url, `CREATE DATABASE ${narrow} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    const start = new PostgresStorage({ url: server().url.replace(/\/postgres$/, `/${narrow}`) }).start();
    await expect(start).rejects.toMatchObject({ message: expect.stringContaining('LATIN1') });
  });
});
