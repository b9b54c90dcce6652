import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { failureOf, useCleanUp } from '../support/fixtures.js';
import { eventually } from '../support/eventually.js';
import { askPostgres, connectTo } from '../support/postgres-client.js';
import {
  PASSWORD,
  type PostgresServer,
  type PostgresServerOptions,
  startPostgresServer,
} from '../support/postgres-server.js';
import { keepCalling } from '../support/outcome-count.js';

const { stopAfterTest, openStorage } = useCleanUp();

async function provideServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  return stopAfterTest(await startPostgresServer(options));
}

function open(options: ConstructorParameters<typeof PostgresStorage>[0]): Promise<PostgresStorage> {
  return openStorage(new PostgresStorage(options));
}

describe('a Postgres that goes and comes back', () => {
  it('ER-4 loses nothing acknowledged, and recovers without help', async () => {
    const server = await provideServer();
    const reported: unknown[] = [];
    const storage = await open({ url: server.url, onBackgroundError: (error) => reported.push(error) });
    let isOn = true;
    const calling = keepCalling(
      10,
      (caller) => storage.increment(`total${caller}`),
      () => isOn,
    );
    const sum = async (): Promise<number> => {
      const [row] = await askPostgres(server.url, 'SELECT coalesce(sum(value), 0)::int AS total FROM fsm_counter');
      return Number(row?.['total']);
    };
    await eventually(async () => (await sum()) > 50);
    await server.kill();
    await eventually(async () => !(await storage.health()));
    await server.restart();
    await eventually(() => storage.health());
    const afterRestart = await sum();
    await eventually(async () => (await sum()) > afterRestart + 50);
    isOn = false;
    const outcomes = await calling;
    const total = await sum();
    expect(total).toBeGreaterThanOrEqual(outcomes.acknowledged);
    expect(total).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
    expect(reported).toEqual(reported.map(() => expect.objectContaining({ code: 'UNAVAILABLE' })));
  });

  it('ER-5 connections that break while nobody uses them are reported, and end nothing', async () => {
    const server = await provideServer();
    const reported: unknown[] = [];
    const storage = await open({ url: server.url, onBackgroundError: (error) => reported.push(error) });
    await Promise.all(Array.from({ length: 5 }, (_, index) => storage.increment(`n${index}`)));
    await server.kill();
    await eventually(() => reported.length > 0);
    expect(inspect(reported, { depth: 10, showHidden: true })).not.toContain(PASSWORD);
    const failure = await failureOf(() => storage.increment('n'));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    await server.restart();
    await eventually(() => storage.health());
    expect(await storage.increment('n')).toBe(1);
  });

  it('ER-4 a connection that the administrator ends in the middle of a statement is unknown, also by its code', async () => {
    const server = await provideServer();
    const storage = await open({ url: server.url });
    await storage.increment('n');
    const blocked = await blockCounters(server);
    const increment = failureOf(() => storage.increment('n'));
    await untilBlocked(server);
    await askPostgres(
      server.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nestjs-fsm-storage'",
    );
    expect(await increment).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    await blocked.release();
    await eventually(() => storage.health());
    expect(await storage.getCounter('n')).toBe(1);
  });
});

describe('a Postgres that is silent', () => {
  let server: PostgresServer;

  beforeEach(async () => {
    server = await provideServer();
  });

  it('ER-4 times out: writes as unknown, reads as not applied, and other connections are made afterwards', async () => {
    // Connecting has this time too: a short one would end it on a machine that stalls.
    const storage = await open({ url: server.url, commandTimeout: 2000 });
    await storage.increment('warm');
    let thaw = await server.freeze();
    const write = await failureOf(() => storage.increment('total'));
    expect(write).toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
    expect(write).toHaveProperty('message', expect.stringContaining('2000 ms'));
    thaw();
    await eventually(() => storage.health());
    thaw = await server.freeze();
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
    thaw();
    await eventually(() => storage.health());
    expect(await storage.increment('after')).toBe(1);
  });

  it('HL-1 is unhealthy within healthTimeout, and healthy when it speaks again', async () => {
    const storage = await open({ url: server.url, commandTimeout: 20_000, healthTimeout: 1000 });
    const thaw = await server.freeze();
    const read = failureOf(() => storage.getState('a')).then(() => 'the read timed out first');
    expect(await Promise.race([storage.health(), read])).toBe(false);
    thaw();
    await eventually(() => storage.health());
  });

  it('LC-1 is stopped, and a start ends, in bounded time', async () => {
    const storage = await open({ url: server.url, commandTimeout: 1000 });
    const thaw = await server.freeze();
    await storage.stop();
    expect(await failureOf(() => storage.start())).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    thaw();
    await storage.start();
    expect(await storage.increment('n')).toBe(1);
  });

  it('HL-1 ends a waiting health check when the storage stops', async () => {
    const patient = { commandTimeout: 90_000, healthTimeout: 90_000 };
    const storage = await open({ url: server.url, ...patient });
    await Promise.all(Array.from({ length: 10 }, () => storage.health()));
    const asked = Array.from({ length: 5 }, () => storage.health());
    await storage.stop();
    expect(await Promise.all(asked)).toEqual(asked.map(() => false));
  });
});

describe('a start that fails', () => {
  it('LC-1 names the address and no secret, and works once the server is up', async () => {
    const server = await provideServer();
    await server.kill();
    const storage = new PostgresStorage({ url: server.url });
    stopAfterTest(storage);
    const failure = await failureOf(() => storage.start());
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied', isPermanent: false });
    expect(failure).toHaveProperty('message', expect.stringContaining(`127.0.0.1:${server.port}`));
    expect(failure).toHaveProperty('message', expect.stringContaining('ECONNREFUSED'));
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(PASSWORD);
    await server.restart();
    await storage.start();
    expect(await storage.health()).toBe(true);
  });

  it.each([
    ['a wrong password', (url: string) => url.replace(PASSWORD, 'wrong-secret'), '28P01'],
    ['a database that does not exist', (url: string) => url.replace(/postgres$/, 'absent'), '3D000'],
  ])('HL-2 reports %s with its code and without secrets', async (_, change, code) => {
    const server = await provideServer();
    const storage = new PostgresStorage({ url: change(server.url) });
    const failure = await failureOf(() => storage.start());
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', isPermanent: true, message: expect.stringContaining(code) });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/hunter2-secret|wrong-secret/);
  });
});

describe('a Postgres that refuses', () => {
  it('ER-1 ER-4 has applied nothing, and no error holds the state', async () => {
    const server = await provideServer();
    const storage = await open({ url: server.url });
    await askPostgres(server.url, `ALTER TABLE fsm_state ADD CHECK (state_json NOT LIKE '%iban%')`);
    const failure = await failureOf(() => storage.setState('a', { iban: 'DE-secret' }));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(failure).toHaveProperty('message', expect.stringContaining('23514'));
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('DE-secret');
  });

  it('ER-4 reports 53300 when the server has no connection left', async () => {
    const server = await provideServer({ settings: { max_connections: '4', superuser_reserved_connections: '0' } });
    const storage = await open({ url: server.url, poolSize: 20, commandTimeout: 20_000 });
    const blocked = await blockCounters(server);
    const calls = Array.from({ length: 20 }, (_, index) => failureOf(() => storage.increment(`n${index}`)));
    const failure = await Promise.race(calls);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(failure).toHaveProperty('message', expect.stringContaining('53300'));
    await blocked.release();
    await Promise.all(calls);
    expect(await storage.health()).toBe(true);
  });
});

/** Holds up every write of a counter. */
async function blockCounters(server: PostgresServer): Promise<{ release(): Promise<void> }> {
  const client = await connectTo(server.url);
  await client.query('BEGIN');
  await client.query('LOCK TABLE fsm_counter IN SHARE ROW EXCLUSIVE MODE');
  return {
    release: async () => {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

async function untilBlocked(server: PostgresServer): Promise<void> {
  const query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
  await eventually(async () => (await askPostgres(server.url, query)).length > 0);
}
