import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createPostgresDialect } from '../../src/backends/typeorm/postgres/dialect.js';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import { useServer } from '../support/fixtures.js';
import { askPostgres, connectTo, type PostgresClient, type Row } from '../support/postgres-client.js';
import { eventually } from '../support/eventually.js';
import { startPostgresServer } from '../support/postgres-server.js';

let storage: PostgresStorage;
let other: PostgresClient;

const server = useServer(startPostgresServer);

beforeEach(async () => {
  storage = new PostgresStorage({ url: server().url });
  await storage.start();
  await ask('TRUNCATE fsm_state, fsm_counter');
  other = await connectTo(server().url);
});

afterEach(async () => {
  await other.end();
  await storage.stop();
});

function ask(sql: string): Promise<Row[]> {
  return askPostgres(server().url, sql);
}

/** Until the number of statements that wait for a lock is as it should be. */
function untilWaiting(isSo: (waiting: number) => boolean): Promise<void> {
  const query = "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
  // Over a connection of its own: within a transaction the view stays as it was first seen.
  return eventually(async () => isSo(Number((await ask(query))[0]?.['waiting'])));
}

describe('entries in Postgres', () => {
  it('ID-2 compares identifiers by their bytes, trailing spaces and accents included', async () => {
    const identifiers = ['a', 'A', 'a ', 'a\t', 'é', 'e\u0301', 'ß', 'ss', '\u{1f600}', '\ufffd', 'x'.repeat(512)];
    for (const identifier of identifiers) await storage.setState(identifier, { identifier });
    for (const identifier of identifiers) expect(await storage.getState(identifier)).toEqual({ identifier });
    expect((await storage.listKeys()).toSorted()).toEqual(identifiers.toSorted());
  });

  it('LS-1 lists by a literal prefix over several pages, whatever follows the prefix', async () => {
    await ask(`INSERT INTO fsm_state SELECT 'fsm', 'k' || i, '{}', NULL FROM generate_series(1, 2500) AS i`);
    for (const identifier of ['j', 'k', 'l', 'k\u{10ffff}']) await storage.setState(identifier, {});
    expect(await storage.listKeys('k*')).toHaveLength(2502);
    expect(await storage.clearNamespace()).toBe(2504);
  });

  it('ST-1 stores characters that other databases reject or change', async () => {
    const state = { nul: 'a\0b', quote: `'"\\$1`, astral: '\u{1f600}', replacement: '\ufffd' };
    await storage.setState('x', state);
    expect(await storage.getState('x')).toEqual(state);
    expect(await storage.compareAndSet('x', { next: 1 }, { expected: state })).toBe(true);
  });

  it('CNT-4 reports a total near the limits of bigint as damaged, and leaves it unchanged', async () => {
    await ask(`INSERT INTO fsm_counter VALUES ('fsm', 'n', 9223372036854775807, NULL)`);
    await expect(storage.increment('n')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    await expect(storage.getCounter('n')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    expect(await ask('SELECT value::text FROM fsm_counter')).toEqual([{ value: '9223372036854775807' }]);
  });

  it('TTL-5 two concurrent sweeps share the work, and remove no entry that is being renewed', async () => {
    await ask(`INSERT INTO fsm_state SELECT 'fsm', 'k' || i, '{}', 1 FROM generate_series(1, 1500) AS i`);
    await other.query('BEGIN');
    await other.query(`UPDATE fsm_state SET expires_at = NULL WHERE identifier = 'k7'`);
    const options = { url: server().url, sweepInterval: 10 };
    const sweepers = [new PostgresStorage(options), new PostgresStorage(options)];
    for (const sweeper of sweepers) await sweeper.start();
    await eventually(async () => (await ask('SELECT 1 FROM fsm_state')).length === 1);
    await other.query('COMMIT');
    expect(await storage.listKeys()).toEqual(['k7']);
    for (const sweeper of sweepers) await sweeper.stop();
  });

  it('TTL-5 a sweep finds its rows by the index even if the statistics are empty', async () => {
    await ask(`INSERT INTO fsm_state SELECT 'fsm', 'live' || i, '{}', NULL FROM generate_series(1, 50) AS i`);
    await ask('VACUUM ANALYZE fsm_state');
    // Nobody else sees them, so nothing counts them before they have gone.
    await other.query('BEGIN');
    await other.query(`INSERT INTO fsm_state SELECT 'fsm', 'k' || i, '{}', 1 FROM generate_series(1, 20000) AS i`);
    const sweep = createPostgresDialect(undefined).sweepBatch.single({ kind: 'state', limit: 500 }, NaN);
    const { rows } = await other.query(`EXPLAIN ${sweep.sql}`, sweep.parameters);
    await other.query('ROLLBACK');
    expect(rows.map((row) => String(row['QUERY PLAN'])).join('\n')).toMatch(/->\s+Tid Scan on fsm_state/);
  });

  it('NS-3 continues when a concurrent clear was faster, and counts only the entries it removed', async () => {
    await ask(`INSERT INTO fsm_state SELECT 'fsm', 'k' || i, '{}', NULL FROM generate_series(1, 3000) AS i`);
    await other.query('BEGIN');
    await other.query(
      'DELETE FROM fsm_state WHERE identifier IN (SELECT identifier FROM fsm_state ORDER BY 1 LIMIT 500)',
    );
    const clearing = storage.clearNamespace();
    await untilWaiting((waiting) => waiting === 1);
    await other.query('COMMIT');
    expect(await clearing).toBe(2500);
    expect(await ask('SELECT 1 FROM fsm_state')).toEqual([]);
  });
});

describe('what waits for a row', () => {
  it('CAS-1 checks the row again after another writer has changed it', async () => {
    await storage.setState('x', { step: 1 });
    await other.query('BEGIN');
    await other.query(`UPDATE fsm_state SET state_json = '{"step":2}'`);
    const lost = storage.compareAndSet('x', { step: 3 }, { expected: { step: 1 } });
    await untilWaiting((waiting) => waiting === 1);
    await other.query('COMMIT');
    expect(await lost).toBe(false);
    expect(await storage.getState('x')).toEqual({ step: 2 });
  });

  it('CAS-2 CNT-1 does not overwrite an entry that another process is creating', async () => {
    await other.query('BEGIN');
    await other.query(`INSERT INTO fsm_state VALUES ('fsm', 'x', '{"by":"other"}', NULL)`);
    await other.query(`INSERT INTO fsm_counter VALUES ('fsm', 'n', 5, NULL)`);
    const lost = storage.compareAndSet('x', { by: 'storage' });
    const total = storage.increment('n', 2);
    await untilWaiting((waiting) => waiting === 2);
    await other.query('COMMIT');
    expect(await lost).toBe(false);
    expect(await total).toBe(7);
  });

  it('ER-4 times out within its limit, and leaves no statement running at the server', async () => {
    const hasty = new PostgresStorage({ url: server().url, commandTimeout: 300 });
    await hasty.start();
    await hasty.increment('n');
    await other.query('BEGIN');
    await other.query('UPDATE fsm_counter SET value = value');
    await expect(hasty.increment('n')).rejects.toMatchObject({ outcome: expect.any(String) });
    // The statement_timeout of the connection ends what nobody waits for any more.
    await untilWaiting((waiting) => waiting === 0);
    await other.query('COMMIT');
    expect(await hasty.getCounter('n')).toBe(1);
    await hasty.stop();
  });
});

describe('TypeOrmStorage over an app’s DataSource of Postgres', () => {
  let dataSource: DataSource;
  let apps: TypeOrmStorage;

  beforeEach(async () => {
    dataSource = await new DataSource({ type: 'postgres', url: server().url, poolSize: 3 }).initialize();
    apps = new TypeOrmStorage({ dataSource, commandTimeout: 30_000 });
    await apps.start();
  });

  afterEach(async () => {
    await apps.stop();
    if (dataSource.isInitialized) await dataSource.destroy();
  });

  it('LC-1 leaves the DataSource open when it stops, and can start again with it', async () => {
    await apps.setState('x', { name: 'kept' });
    await apps.stop();
    expect(dataSource.isInitialized).toBe(true);
    await apps.start();
    expect(await apps.getState('x')).toEqual({ name: 'kept' });
    expect(await storage.getState('x')).toEqual({ name: 'kept' });
  });

  it('ER-5 handles an error that a client emits between the pool and its caller', async () => {
    const clientOf = async (): Promise<EventEmitter> => {
      const runner = dataSource.createQueryRunner();
      const client: unknown = await runner.connect();
      await runner.release();
      if (!(client instanceof EventEmitter)) throw new Error('pg has clients that emit.');
      return client;
    };
    // The pool listens to one that it has; whoever else does, would listen to one that is on its way.
    const listeners = (await clientOf()).listeners('error');
    expect(listeners.map(({ name }) => name).filter((name) => name !== 'idleListener')).toHaveLength(1);
    await apps.stop();
    const pool: unknown = Reflect.get(dataSource.driver, 'master');
    expect(pool instanceof EventEmitter && pool.listenerCount('acquire')).toBe(0);
  });

  it('does not join a transaction of the app, and outlives its rollback', async () => {
    await dataSource
      .transaction(async () => {
        await apps.setState('x', { name: 'stays' });
        throw new Error('rolled back');
      })
      .catch(() => {});
    expect(await apps.getState('x')).toEqual({ name: 'stays' });
  });

  it('releases every connection, and waits up to its limit for one that the app holds', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => apps.increment(`n${index}`)));
    const hasty = new TypeOrmStorage({ dataSource, commandTimeout: 2000 });
    await hasty.start();
    const held = Array.from({ length: 3 }, () => dataSource.createQueryRunner());
    for (const runner of held) await runner.connect();
    await expect(hasty.increment('n')).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
    for (const runner of held) await runner.release();
    // What was given up while it waited must not be done later.
    await apps.setState('barrier', {});
    expect(await apps.getCounter('n')).toBeNull();
    await hasty.stop();
  });

  it('HL-1 is unhealthy after the app has destroyed the DataSource, and reports it to callers', async () => {
    expect(await apps.health()).toBe(true);
    await dataSource.destroy();
    expect(await apps.health()).toBe(false);
    await expect(apps.increment('n')).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
  });

  it('CAS-4 retries under an isolation level that rejects conflicts, without an error', async () => {
    await ask('ALTER ROLE fsm SET default_transaction_isolation = serializable');
    try {
      const strict = Array.from({ length: 3 }, () => new PostgresStorage({ url: server().url }));
      for (const each of strict) await each.start();
      await Promise.all(strict.flatMap((each) => Array.from({ length: 10 }, () => each.increment('strict'))));
      expect(await storage.getCounter('strict')).toBe(30);
      for (const each of strict) await each.stop();
    } finally {
      await ask('ALTER ROLE fsm RESET default_transaction_isolation');
    }
  });
});
