import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { useRedis } from '../support/redis-fixtures.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';

const { server, admin } = await useRedis();

describe('a client that the app owns', () => {
  let client: Redis;

  beforeEach(() => {
    client = new Redis(server.url, { keyPrefix: 'app*:' });
  });
  afterEach(() => client.disconnect());

  it('NS-3 LS-1 may have a keyPrefix: listing, clearing and reading respect it', async () => {
    const storage = new RedisStorage({ client, namespace: 'shop' });
    await storage.start();
    await storage.setState('a', { v: 1 });
    await storage.setState('app*:shop:a', { v: 2 });
    expect(await storage.compareAndSet('a', { v: 3 }, { expected: { v: 1 } })).toBe(true);
    await storage.increment('a');
    await admin.set('shop:b', '{}');
    await admin.set('appendix:shop:c', '{}');
    expect((await admin.keys('*')).sort()).toEqual([
      'app*:shop#a',
      'app*:shop:a',
      'app*:shop:app*:shop:a',
      'appendix:shop:c',
      'shop:b',
    ]);
    expect((await storage.listKeys()).sort()).toEqual(['a', 'app*:shop:a']);
    expect(await storage.getStates(['a', 'b'])).toEqual([{ v: 3 }, null]);
    expect(await storage.clearNamespace()).toBe(3);
    expect((await admin.keys('*')).sort()).toEqual(['appendix:shop:c', 'shop:b']);
    await storage.stop();
  });

  it('LC-1 is never closed, and has only its former listeners after stop', async () => {
    const events = ['error', 'ready', 'end', 'close', 'connect', 'reconnecting'];
    await client.ping();
    const before = events.map((event) => client.listenerCount(event));
    const storage = new RedisStorage({ client });
    for (let round = 0; round < 3; round += 1) {
      await storage.start();
      expect(client.listenerCount('error')).toBe(1);
      await storage.setState('a', { round });
      await storage.stop();
    }
    expect(events.map((event) => client.listenerCount(event))).toEqual(before);
    expect(client.status).toBe('ready');
    expect(await client.get('fsm:a')).toBe('{"round":2}');
  });

  it('LC-1 is connected by start if it is lazy', async () => {
    const lazy = new Redis(server.url, { lazyConnect: true });
    const storage = new RedisStorage({ client: lazy });
    await storage.start();
    expect(await storage.health()).toBe(true);
    await storage.stop();
    await lazy.quit();
  });

  it('LC-1 is rejected by start if the app has closed it', async () => {
    await client.quit();
    await eventually(() => client.status === 'end');
    const storage = new RedisStorage({ client });
    await expect(storage.start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('closed') as unknown,
    });
  });

  it('gives the same results if it returns numbers as strings', async () => {
    const textual = new Redis(server.url, { stringNumbers: true });
    const storage = new RedisStorage({ client: textual });
    await storage.start();
    await admin.set('fsm:odd', '1');
    expect(await storage.compareAndSet('odd', {}, { expected: { v: 1 } })).toBe(false);
    expect(await storage.compareAndSet('a', { v: 1 })).toBe(true);
    expect(await storage.compareAndSet('a', { v: 2 }, { expected: { v: 1 } })).toBe(true);
    expect(await storage.increment('a', 5)).toBe(5);
    expect(await storage.getTtl('a')).toBeNull();
    expect(await storage.touch('a', 60)).toBe(true);
    expect(await storage.touch('a', 0)).toBe(true);
    expect(await storage.deleteState('a')).toBe(true);
    expect(await storage.clearNamespace()).toBe(2);
    await storage.stop();
    await textual.quit();
  });
});

describe('a connection that the storage creates', () => {
  it('LC-1 is closed on the server when stop resolves, also after a second start', async () => {
    const storage = new RedisStorage({
      connection: { port: server.port, connectionName: 'fsm-test', keyPrefix: 'app:' },
    });
    for (let round = 0; round < 2; round += 1) {
      await storage.start();
      await storage.setState(`${round}`, {});
      expect(await admin.client('LIST')).toContain('name=fsm-test');
      await storage.stop();
      expect(await admin.client('LIST')).not.toContain('name=fsm-test');
    }
    expect((await admin.keys('*')).sort()).toEqual(['app:fsm:0', 'app:fsm:1']);
  });

  it('ER-4 never sends a command again, whatever the options say', async () => {
    const query =
      'autoResendUnfulfilledCommands=true&enableOfflineQueue=true&maxRetriesPerRequest=20&lazyConnect=false';
    const storage = new RedisStorage({ url: `${server.url}/1?${query}` });
    await storage.start();
    await storage.setState('a', {});
    const other = new Redis(server.port, { db: 1 });
    expect(await other.keys('*')).toEqual(['fsm:a']);
    await other.quit();
    await storage.stop();
  });

  it('LC-1 leaves nothing open that keeps the process alive, even after a failed start', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout');
    const working = new RedisStorage({ url: server.url });
    await working.start();
    await working.stop();
    const failing = new RedisStorage({ url: 'redis://127.0.0.1:1' });
    await expect(failing.start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const left = (): string[] =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout');
    await eventually(() => left().length <= before.length + 1, 1000);
  });
});

describe('a cluster', () => {
  let node: RedisServer;
  let cluster: Cluster;

  beforeAll(async () => {
    node = await startRedisServer({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
    const first = new Redis(node.url);
    await first.call('cluster', 'addslotsrange', '0', '16383');
    await eventually(async () => String(await first.call('cluster', 'info')).includes('cluster_state:ok'));
    await first.quit();
    cluster = new Cluster([{ host: '127.0.0.1', port: node.port }], { keyPrefix: 'app:' });
  });
  afterAll(async () => {
    await cluster.quit();
    await node.stop();
  });

  it('LS-1 NS-3 reads, lists and clears keys of many slots', async () => {
    const storage = new RedisStorage({ client: cluster });
    await storage.start();
    const identifiers = Array.from({ length: 20 }, (_, index) => `chat:${index}`);
    await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier }, { ttl: 60 })));
    expect(await storage.getStates(identifiers)).toEqual(identifiers.map((identifier) => ({ identifier })));
    const [first = ''] = identifiers;
    expect(await storage.compareAndSet(first, { v: 2 }, { expected: { identifier: first } })).toBe(true);
    expect(await storage.increment(first, 3)).toBe(3);
    expect((await storage.listKeys('chat:*')).sort()).toEqual(identifiers.sort());
    expect(await storage.clearNamespace()).toBe(21);
    expect(await storage.health()).toBe(true);
    await storage.stop();
    expect(cluster.status).toBe('ready');
  });
});
