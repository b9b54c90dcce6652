import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'iovalkey';
import { createClient, createCluster } from 'redis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';
import { VALKEY_9 } from '../support/server-products.js';

describe('a client of iovalkey', () => {
  let server: RedisServer;
  let cluster: RedisCluster;

  beforeAll(async () => {
    [server, cluster] = await Promise.all([startRedisServer({ product: VALKEY_9 }), RedisCluster.start()]);
  });
  afterAll(() => Promise.all([server.stop(), cluster.stop()]));

  it('does everything on Valkey that one of ioredis does', async () => {
    const client = new Redis(server.url);
    await useEverything(new RedisStorage({ client }));
    expect(client.status).toBe('ready');
    client.disconnect();
  });

  it('does everything on a cluster that one of ioredis does', async () => {
    const client = new Cluster(cluster.startupNodes);
    await useEverything(new RedisStorage({ client }));
    expect(client.status).toBe('ready');
    client.disconnect();
  });
});

async function useEverything(storage: RedisStorage): Promise<void> {
  await storage.start();
  const names = Array.from({ length: 50 }, (_, index) => `user:${index}`);
  await Promise.all(names.map((name, index) => storage.setState(name, { index }, { ttl: 600 })));
  expect(await storage.getStates(names)).toEqual(names.map((_, index) => ({ index })));
  expect(await storage.compareAndSet('user:0', { index: 100 }, { expected: { index: 0 } })).toBe(true);
  expect(await storage.compareAndSet('user:0', { index: 200 }, { expected: { index: 0 } })).toBe(false);
  await Promise.all(names.map(() => storage.increment('total', 2, { ttl: 600 })));
  expect(await storage.increment('total', 0)).toBe(100);
  expect(await storage.deleteState('user:1')).toBe(true);
  expect((await storage.listKeys()).length).toBe(49);
  expect(await storage.health()).toBe(true);
  expect(await storage.clearNamespace()).toBe(50);
  await storage.stop();
}

describe('a client of node-redis', () => {
  it.each([
    ['a client', createClient()],
    ['a cluster', createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:7001' }] })],
  ])('ER-2 is rejected by name, with what to do instead: %s', (_, client) => {
    // @ts-expect-error -- the types reject it too
    expect(() => new RedisStorage({ client })).toThrow(
      'client: expected a Redis or Cluster of ioredis or iovalkey, not a client of another package such as redis (node-redis): ' +
        'use `url`',
    );
  });
});
