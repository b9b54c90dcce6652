import { rm } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { circuitBreaker } from '../../src/layers/circuit-breaker.js';
import { createCertificate } from '../support/certificate.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp } from '../support/fixtures.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';

const { afterTest, stopAfterTest, openStorage } = useCleanUp();

async function provide(...args: string[]): Promise<RedisServer> {
  return stopAfterTest(await startRedisServer({ args }));
}

function connect(server: RedisServer): Redis {
  const client = new Redis(server.url);
  afterTest(() => client.disconnect());
  return client;
}

/** Starts a server that cannot save its data, because its folder is gone. */
async function provideWithoutDisk(): Promise<{ server: RedisServer; repair(): Promise<void> }> {
  const server = await provide('--save', '3600 1000000');
  afterTest(() => server.kill()); // It would save before it ends.
  const admin = connect(server);
  const [, folder] = (await admin.call('config', 'get', 'dir')) as [string, string];
  await rm(folder, { recursive: true });
  await admin.call('bgsave');
  await eventually(async () => (await admin.info('persistence')).includes('rdb_last_bgsave_status:err'));
  return { server, repair: async () => void (await admin.config('SET', 'stop-writes-on-bgsave-error', 'no')) };
}

/** Starts a server with a port for TLS, which no client trusts, and a port without. */
async function provideTls(): Promise<{ server: RedisServer; tlsPort: number }> {
  const certificate = await createCertificate('localhost', 'root');
  afterTest(() => certificate.remove());
  const probe = await provide();
  await probe.stop();
  const files = ['--tls-cert-file', certificate.path, '--tls-key-file', certificate.keyPath];
  const server = await provide('--tls-port', `${probe.port}`, ...files, '--tls-ca-cert-file', certificate.path);
  return { server, tlsPort: probe.port };
}

function startAt(url: string): Promise<unknown> {
  return openStorage(new RedisStorage({ url, commandTimeout: 2000 }));
}

describe('a server whose disk fails', () => {
  it('LC-1 is named at the start as that', async () => {
    const { server } = await provideWithoutDisk();
    await expect(startAt(server.url)).rejects.toMatchObject({
      outcome: 'not-applied',
      scope: 'command',
      message: expect.stringMatching(/MISCONF\. It cannot save its data to disk/) as unknown,
    });
    await expect(startAt(server.url)).rejects.not.toThrow(/password/);
  });

  it('ER-4 HL-1 makes writes and health fail, and never opens the circuit for reads', async () => {
    const server = await provide();
    const storage = await openStorage(new RedisStorage({ url: server.url, layers: [circuitBreaker({ failures: 1 })] }));
    await storage.setState('a', { v: 1 });
    const admin = connect(server);
    await admin.config('SET', 'min-replicas-to-write', '1');
    await expect(storage.setState('a', { v: 2 })).rejects.toMatchObject({ scope: 'command' });
    await expect(storage.increment('n')).rejects.toMatchObject({ scope: 'command' });
    expect(await storage.getState('a')).toEqual({ v: 1 });
    expect(await storage.health()).toBe(false);
    await admin.config('SET', 'min-replicas-to-write', '0');
    expect(await storage.health()).toBe(true);
  });
});

describe('a server that rejects the connection', () => {
  it('LC-1 is explained: too many connections', async () => {
    const server = await provide('--maxclients', '1');
    await connect(server).ping();
    await expect(startAt(server.url)).rejects.toThrow(/maxclients/);
  });

  it('LC-1 is explained: TLS to a port without it, and the other way round', async () => {
    const { server, tlsPort } = await provideTls();
    await expect(startAt(`rediss://127.0.0.1:${server.port}`)).rejects.toThrow(/Its port may not use TLS/);
    await expect(startAt(`redis://127.0.0.1:${tlsPort}`)).rejects.toThrow(/its port may expect TLS/);
    await expect(startAt(`rediss://localhost:${tlsPort}`)).rejects.toThrow(
      /certificate is not trusted here.*tls: \{ ca/,
    );
  });

  it('LC-1 is explained: a database that does not exist', async () => {
    const server = await provide();
    await expect(startAt(`${server.url}/99`)).rejects.toThrow(/Check the number of the database/);
  });

  it.each(['', ':wrong@'])('LC-1 is explained: a wrong password "%s"', async (password) => {
    const server = await provide('--requirepass', 'secret');
    const start = startAt(`redis://${password}127.0.0.1:${server.port}`);
    await expect(start).rejects.toMatchObject({
      isPermanent: true,
      message: expect.stringMatching(/(NOAUTH|WRONGPASS)\. Check the user and the password/),
    });
  });

  it('LC-1 is explained: it is not part of a cluster', async () => {
    const server = await provide();
    const storage = new RedisStorage({ cluster: { nodes: [{ host: '127.0.0.1', port: server.port }] } });
    await expect(openStorage(storage)).rejects.toThrow(/not part of a cluster: use `url` or `connection`/);
  });
});

describe('a server on which commands are renamed (rename-command)', () => {
  it.each(['INFO', 'PING', 'WAIT', 'CLIENT', 'CONFIG', 'MGET', 'MSET'])('LC-1 works without %s', async (command) => {
    const server = await provide('--rename-command', command, 'hidden');
    const storage = await openStorage(new RedisStorage({ url: server.url }));
    await Promise.all(['a', 'b'].map((identifier) => storage.setState(identifier, {})));
    expect(await storage.getStates(['a', 'b'])).toEqual([{}, {}]);
    expect(await storage.health()).toBe(true);
  });

  it.each(['EVALSHA', 'INCRBY'])('ER-4 names %s, and leaves reads alone', async (command) => {
    const server = await provide('--rename-command', command, 'hidden');
    const storage = await openStorage(new RedisStorage({ url: server.url, layers: [circuitBreaker({ failures: 1 })] }));
    const failure = { scope: 'command', message: expect.stringMatching(/rename|\+incrby/) as unknown };
    await expect(storage.increment('n')).rejects.toMatchObject(failure);
    expect(await storage.getState('a')).toBeNull();
  });
});
