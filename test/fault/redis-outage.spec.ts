import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { failureOf, useCleanUp } from '../support/fixtures.js';
import { eventually } from '../support/eventually.js';
import { freeze } from '../support/freeze.js';
import { findFreePort } from '../support/free-port.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';
import { keepCalling } from '../support/outcome-count.js';

const PASSWORD = 'hunter2-secret';
const { afterTest, stopAfterTest, openStorage } = useCleanUp();

async function provideServer(options: Parameters<typeof startRedisServer>[0] = {}): Promise<RedisServer> {
  return stopAfterTest(await startRedisServer(options));
}

function open(options: ConstructorParameters<typeof RedisStorage>[0]): Promise<RedisStorage> {
  return openStorage(new RedisStorage(options));
}

describe('a server that goes down and comes back', () => {
  it('ER-4 loses no acknowledged write, and is used again without a new start', async () => {
    const server = await provideServer({ persistent: true });
    const reported: unknown[] = [];
    const storage = await open({ url: server.url, onBackgroundError: (error) => reported.push(error) });
    let isOn = true;
    const calling = keepCalling(
      10,
      () => storage.increment('total'),
      () => isOn,
    );
    await eventually(async () => (await storage.getCounter('total')) !== null);
    await server.kill();
    await eventually(async () => !(await storage.health()));
    await server.restart();
    await eventually(() => storage.health());
    const afterRestart = await storage.increment('total');
    await eventually(async () => Number(await storage.getCounter('total')) > afterRestart + 100);
    isOn = false;
    const outcomes = await calling;
    const total = Number(await storage.getCounter('total')) - 1;
    expect(total).toBeGreaterThanOrEqual(outcomes.acknowledged);
    expect(total).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
    expect(reported.length).toBeGreaterThan(0);
    expect(reported).toEqual(reported.map(() => expect.objectContaining({ code: 'UNAVAILABLE' })));
  });

  it('ER-4 fails a command that is never sent in bounded time, as not applied', async () => {
    const server = await provideServer();
    const storage = await open({ url: server.url });
    await server.kill();
    await eventually(async () => !(await storage.health()));
    // A command that waited forever would exceed the time limit of this test.
    const failure = await failureOf(() => storage.increment('total'));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
  });

  it('lets a command wait briefly for a reconnect', async () => {
    const server = await provideServer();
    const storage = await open({ url: server.url });
    const admin = new Redis(server.url);
    afterTest(() => admin.quit());
    for (let round = 0; round < 20; round += 1) {
      await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes');
      await failureOf(() => storage.getState('a')); // It may have been on its way.
      await storage.setState('a', { round });
    }
  });
});

describe('a server that no longer allows the app to select its database', () => {
  it('NS-1 is unavailable after a reconnect, and nothing is written to database 0', async () => {
    const server = await provideServer();
    const admin = new Redis(server.url);
    afterTest(() => admin.quit());
    await admin.call('acl', 'setuser', 'app', 'on', `>${PASSWORD}`, '~*', '&*', '+@all');
    const storage = await open({ url: `redis://app:${PASSWORD}@127.0.0.1:${server.port}/4` });
    await storage.setState('a', { in: 4 });
    await admin.call('acl', 'setuser', 'app', '-select');
    await admin.call('client', 'kill', 'user', 'app');
    for (let round = 0; round < 5; round += 1) {
      const failure = await failureOf(() => storage.setState('b', { in: 0 }));
      expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(await admin.dbsize()).toBe(0);
    await admin.call('acl', 'setuser', 'app', '+select');
    await eventually(() => storage.health());
    expect(await storage.getState('a')).toEqual({ in: 4 });
  });
});

describe('a server that never replies', () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await provideServer();
  });

  it('ER-4 times out: writes with an unknown outcome, reads as not applied', async () => {
    // Connecting and the first PING have this timeout too. A short one would end them on a machine that stalls.
    const storage = await open({ url: server.url, commandTimeout: 2000 });
    await freeze(server.pid);
    const write = await failureOf(() => storage.increment('total'));
    expect(write).toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
    expect(write).toHaveProperty('message', expect.stringContaining('2000 ms'));
    process.kill(server.pid, 'SIGCONT');
    await eventually(() => storage.health());
    await freeze(server.pid);
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
  });

  it('HL-1 is unhealthy within healthTimeout, and healthy when it replies again', async () => {
    const storage = await open({ url: server.url, commandTimeout: 20_000, healthTimeout: 1000 });
    await freeze(server.pid);
    // The much longer commandTimeout must not apply.
    const read = failureOf(() => storage.getState('a')).then(() => 'the read was given up first');
    expect(await Promise.race([storage.health(), read])).toBe(false);
    process.kill(server.pid, 'SIGCONT');
    await eventually(() => storage.health());
  });
});

describe('a start that fails', () => {
  it('LC-1 fails in bounded time with the address in the message, and succeeds once the server is up', async () => {
    const server = await provideServer();
    await server.kill();
    const storage = new RedisStorage({ url: `redis://:${PASSWORD}@127.0.0.1:${server.port}` });
    stopAfterTest(storage);
    const failure = await failureOf(() => storage.start());
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(failure).toHaveProperty('message', expect.stringContaining(`127.0.0.1:${server.port}`));
    expect(failure).toHaveProperty('message', expect.stringContaining('ECONNREFUSED'));
    expect(inspect(failure, { depth: 10 })).not.toContain(PASSWORD);
    await server.restart();
    const admin = new Redis(server.url);
    await admin.config('SET', 'requirepass', PASSWORD);
    await admin.quit();
    await storage.start();
    expect(await storage.health()).toBe(true);
  });

  it('LC-1 fails if the server has no such database, and nothing is written to another database', async () => {
    const server = await provideServer();
    const storage = new RedisStorage({ url: `${server.url}/99` });
    stopAfterTest(storage);
    const failure = await failureOf(() => storage.start());
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    const admin = new Redis(server.url);
    afterTest(() => admin.quit());
    expect(await admin.dbsize()).toBe(0);
  });

  it("LC-1 waits for an app's client no longer than commandTimeout", async () => {
    const client = new Redis({ port: await findFreePort(), disconnectTimeout: 0 });
    client.on('error', () => {});
    afterTest(async () => client.disconnect());
    const storage = new RedisStorage({ client, commandTimeout: 300 });
    expect(await failureOf(() => storage.start())).toMatchObject({ code: 'UNAVAILABLE' });
    await storage.stop();
    expect(client.listenerCount('error')).toBe(1);
  });
});

describe('secrets in errors', () => {
  it.each([
    ['without a user', `redis://:${PASSWORD}@`],
    ['with a user', `redis://user:${PASSWORD}@`],
  ])('HL-2 never include the wrong password of a URL %s', async (_, start) => {
    const server = await provideServer({ args: ['--requirepass', 'another'] });
    const reported: unknown[] = [];
    const storage = new RedisStorage({
      url: `${start}127.0.0.1:${server.port}`,
      onBackgroundError: (error) => reported.push(error),
    });
    const failure = await failureOf(() => storage.start());
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('WRONGPASS') });
    expect(inspect([failure, reported], { depth: 10, showHidden: true })).not.toContain(PASSWORD);
  });

  it('ER-1 never include a state that the server rejected', async () => {
    const server = await provideServer({ args: ['--rename-command', 'SET', ''] });
    const storage = await open({ url: server.url });
    const failure = await failureOf(() => storage.setState('a', { iban: PASSWORD }));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(PASSWORD);
  });
});

describe('a server that rejects writes', () => {
  it.each([
    ['OOM', ['--maxmemory', '1']],
    ['NOREPLICAS', ['--min-replicas-to-write', '1']],
  ])('ER-4 with %s has applied nothing', async (code, args) => {
    const server = await provideServer({ args });
    const storage = await open({ url: server.url });
    for (const write of [
      () => storage.setState('a', { name: 'x' }),
      () => storage.compareAndSet('a', { name: 'x' }),
      () => storage.increment('a'),
    ]) {
      const failure = await failureOf(write);
      expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
      expect(failure).toHaveProperty('message', expect.stringContaining(code));
    }
    expect(await storage.getState('a')).toBeNull();
    expect(await storage.getCounter('a')).toBeNull();
  });
});
