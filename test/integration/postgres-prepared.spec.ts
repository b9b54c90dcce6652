import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import { useServer } from '../support/fixtures.js';
import { startPgBouncer } from '../support/pgbouncer.js';
import { askPostgres, type PostgresClient } from '../support/postgres-client.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { createWatchedPostgresStorage, type PooledClient } from '../support/postgres-watched.js';

const server = useServer(startPostgresServer);

/** What its own session keeps prepared. */
async function keptBy(client: PostgresClient): Promise<string[]> {
  const { rows } = await client.query("SELECT name FROM pg_prepared_statements WHERE name LIKE 'fsm%' ORDER BY name");
  return rows.map((row) => String(row['name']));
}

/** Every kind of call, over and over. */
async function callAll(storage: FsmStorage, round: number): Promise<void> {
  const identifier = `x${round}`;
  expect(await storage.compareAndSet(identifier, { round })).toBe(true);
  expect(await storage.compareAndSet(identifier, { round, next: 1 }, { expected: { round } })).toBe(true);
  await storage.compareAndSet(identifier, { round }, { expected: { round, next: 1 }, ttl: 'keep' });
  await storage.setState(identifier, { round }, { ttl: 60 });
  await storage.setState(identifier, { round, kept: true }, { ttl: 'keep' });
  expect(await storage.touch(identifier, 0.5 + round)).toBe(true);
  expect(await storage.getTtl(identifier)).toBeGreaterThan(0);
  expect(await storage.getState(identifier)).toEqual({ round, kept: true });
  expect(await storage.increment('total', 1)).toBe(round);
  await storage.increment(identifier, 1, { ttl: 60 });
  expect(await storage.getCounter(identifier)).toBe(1);
  expect(await storage.getStates([identifier, 'absent'])).toEqual([{ round, kept: true }, null]);
  expect(await storage.listKeys(round % 2 === 0 ? 'x*' : '*')).toContain(identifier);
  await storage.update(identifier, () => null);
  expect(await storage.deleteState(identifier)).toBe(false);
  expect(await storage.deleteCounter(identifier)).toBe(true);
  expect(await storage.health()).toBe(true);
}

describe('statements that Postgres keeps prepared', () => {
  let storage: FsmStorage;
  let clients: readonly PooledClient[];

  beforeEach(async () => {
    await askPostgres(server().url, 'DROP TABLE IF EXISTS fsm_state, fsm_counter');
    ({ storage, clients } = createWatchedPostgresStorage({ url: server().url, poolSize: 1 }));
    await storage.start();
  });
  afterEach(() => storage.stop());

  /** The only one. */
  function client(): PooledClient {
    expect(clients).toHaveLength(1);
    return clients[0] as PooledClient;
  }

  it('exist once per kind of call for one key, however many calls there are', async () => {
    await callAll(storage, 1);
    const kept = await keptBy(client());
    expect(kept).toHaveLength(14);
    expect(kept.filter((name) => Buffer.byteLength(name) > 62)).toEqual([]);
    for (let round = 2; round <= 20; round += 1) await callAll(storage, round);
    await storage.clearNamespace();
    expect(await keptBy(client())).toEqual(kept);
  });

  it('keep using the primary key, although they were planned when the table was small', async () => {
    await askPostgres(
      server().url,
      "INSERT INTO fsm_state SELECT 'fsm', 'k' || i, '{}' FROM generate_series(1, 50) AS i",
    );
    await askPostgres(server().url, 'VACUUM ANALYZE fsm_state, fsm_counter');
    for (let round = 1; round <= 10; round += 1) await callAll(storage, round);
    const { rows } = await client().query(
      "SELECT name, cardinality(parameter_types) AS values FROM pg_prepared_statements WHERE name LIKE 'fsm%'",
    );
    for (const { name, values } of rows) {
      const nulls = Array.from({ length: Number(values) }, () => 'NULL').join();
      const plan = await client().query(`EXPLAIN EXECUTE ${String(name)} (${nulls})`);
      const text = plan.rows.map((row) => String(row['QUERY PLAN'])).join('\n');
      expect(text).toMatch(/Index Scan using fsm_\w+_pkey|Conflict Arbiter Indexes: fsm_\w+_pkey/);
      // From the sixth execution on the server uses a generic plan, which shows parameters instead of values.
      if (text.includes('Index Cond')) expect(text).toMatch(/namespace = \$\d\)/);
    }
  });

  it('ER-4 CNT-1 run once and without names after the server has dropped them', async () => {
    for (let total = 1; total <= 5; total += 1) expect(await storage.increment('n')).toBe(total);
    await client().query('DEALLOCATE ALL');
    for (let total = 6; total <= 10; total += 1) expect(await storage.increment('n')).toBe(total);
    await storage.setState('x', { is: 1 });
    expect(await storage.compareAndSet('x', { is: 2 }, { expected: { is: 1 } })).toBe(true);
    expect(await keptBy(client())).toEqual([]);
  });

  it('ER-4 ST-1 keep working through a migration that changes a column', async () => {
    await storage.setState('x', { is: 1 });
    expect(await storage.getState('x')).toEqual({ is: 1 });
    await askPostgres(server().url, 'ALTER TABLE fsm_state ALTER COLUMN state_json TYPE varchar');
    expect(await storage.getState('x')).toEqual({ is: 1 });
    expect(await storage.compareAndSet('x', { is: 2 }, { expected: { is: 1 } })).toBe(true);
    expect(await storage.getState('x')).toEqual({ is: 2 });
  });
});

describe('behind a pooler', () => {
  it('ER-4 CNT-1 count exactly behind a pooler that looks like the server', async () => {
    const pgBouncer = await startPgBouncer(server(), ['ignore_startup_parameters = statement_timeout']);
    const { storage, clients } = createWatchedPostgresStorage({
      url: pgBouncer.url,
      poolSize: 10,
      async onConnect(client) {
        const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
        client.processID = Number(rows[0]?.['pid']);
      },
    });
    await storage.start();
    const totals = await Promise.all(Array.from({ length: 200 }, () => storage.increment('n')));
    const others = await Promise.all(Array.from({ length: 200 }, (_, index) => storage.increment(`n${index % 50}`)));
    expect(totals).toEqual(totals.map((_, index) => index + 1));
    expect(others.filter((total) => total === 4)).toHaveLength(50);
    expect(clients.length).toBeGreaterThan(2);
    await storage.stop();
    await pgBouncer.stop();
  });
});
