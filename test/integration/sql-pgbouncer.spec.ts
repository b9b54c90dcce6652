import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { useServer } from '../support/fixtures.js';
import { eventually } from '../support/eventually.js';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.js';
import { askPostgres, connectTo } from '../support/postgres-client.js';
import { startPostgresServer } from '../support/postgres-server.js';

const TAKES_OUR_SETTING = 'ignore_startup_parameters = statement_timeout';

const server = useServer(startPostgresServer);

describe('Postgres behind PgBouncer in transaction mode', () => {
  let pgBouncer: PgBouncer;
  let storages: readonly PostgresStorage[];

  beforeAll(async () => {
    pgBouncer = await startPgBouncer(server(), [TAKES_OUR_SETTING]);
    // Three pools of ten connections share the two server connections of PgBouncer.
    storages = Array.from({ length: 3 }, () => new PostgresStorage({ url: pgBouncer.url, commandTimeout: 30_000 }));
  });
  afterAll(async () => {
    await Promise.all(storages.map((storage) => storage.stop()));
    await pgBouncer.stop();
  });

  it('LC-1 several storages start at once and create the tables', async () => {
    await Promise.all(storages.map((storage) => storage.start()));
    expect(await Promise.all(storages.map((storage) => storage.health()))).toEqual([true, true, true]);
  });

  it('CNT-1 CAS-2 CAS-5 count exactly, have one winner, and lose no update', async () => {
    const all = storages.flatMap((storage) => Array.from({ length: 20 }, () => storage));
    const totals = await Promise.all(all.map((storage) => storage.increment('n')));
    expect(totals.toSorted((one, other) => one - other)).toEqual(all.map((_, index) => index + 1));
    const won = await Promise.all(all.map((storage, by) => storage.compareAndSet('x', { by })));
    expect(won.filter(Boolean)).toHaveLength(1);
    await Promise.all(
      all.map((storage) => storage.update<{ steps: number }>('y', (now) => ({ steps: (now?.steps ?? 0) + 1 }))),
    );
    expect(await storages[0]?.getState('y')).toEqual({ steps: all.length });
    const [{ connections } = {}] = await askPostgres(
      server().url,
      "SELECT count(*)::int AS connections FROM pg_stat_activity WHERE application_name = 'nestjs-fsm-storage'",
    );
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('TTL-5 LS-1 NS-3 sweep, list and clear', async () => {
    const insert = 'INSERT INTO fsm_state SELECT $1, $2 || i, $3, $4::bigint FROM generate_series(1, 1200) AS i';
    await askPostgres(server().url, insert, ['big', 'live', '{}', null]);
    await askPostgres(server().url, insert, ['big', 'gone', '{}', '1']);
    const sweeping = new PostgresStorage({ url: pgBouncer.url, namespace: 'big', sweepInterval: 10 });
    await sweeping.start();
    const stored = "SELECT 1 FROM fsm_state WHERE namespace = 'big'";
    await eventually(async () => (await askPostgres(server().url, stored)).length === 1200);
    expect(await sweeping.listKeys('live1*')).toHaveLength(312);
    expect(await sweeping.clearNamespace()).toBe(1200);
    await sweeping.stop();
  });

  it('leaves no prepared statement and no setting in sessions that others use', async () => {
    const others = [await connectTo(pgBouncer.url), await connectTo(pgBouncer.url)];
    // Inspects both server connections: each transaction holds one.
    for (const other of others) await other.query('BEGIN');
    const look =
      "SELECT current_setting('enable_seqscan') AS setting, count(*)::int AS names FROM pg_prepared_statements";
    for (const other of others) expect((await other.query(look)).rows).toEqual([{ setting: 'on', names: 0 }]);
    for (const other of others) await other.query('COMMIT');
    for (const other of others) await other.end();
  });

  it('ER-4 times out behind a lock that is not released, and works afterwards', async () => {
    const [storage] = storages;
    const hasty = new PostgresStorage({ url: pgBouncer.url, commandTimeout: 2000 });
    await hasty.start();
    await storage?.increment('locked');
    const other = await connectTo(server().url);
    await other.query('BEGIN');
    await other.query("UPDATE fsm_counter SET value = value WHERE identifier = 'locked'");
    await expect(hasty.increment('locked')).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
    await other.query('COMMIT');
    await other.end();
    await eventually(() => hasty.health());
    await hasty.stop();
  });
});

describe('PgBouncer with its default settings', () => {
  it('LC-1 rejects statement_timeout, and the error names the setting to change; without it a storage works', async () => {
    const pgBouncer = await startPgBouncer(server(), []);
    const refused = new PostgresStorage({ url: pgBouncer.url });
    await expect(refused.start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      message: expect.stringContaining('ignore_startup_parameters'),
    });
    const { hostname: host, port, username, password } = new URL(pgBouncer.url);
    const connection = { host, port: Number(port), username, password, database: 'postgres' };
    const storage = new PostgresStorage({ connection: { ...connection, extra: { statement_timeout: undefined } } });
    await storage.start();
    expect(await storage.compareAndSet('plain', { is: 1 })).toBe(true);
    await storage.stop();
    await pgBouncer.stop();
  });
});
