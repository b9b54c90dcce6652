import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { FsmStorageError } from '../../src/errors/fsm-storage.error.js';
import { eventually } from '../support/eventually.js';
import { failureOf, useCleanUp, useServer } from '../support/fixtures.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisSentinels } from '../support/redis-sentinel.js';
import { startRedisServer } from '../support/redis-server.js';

/** One call for each kind of write. */
const WRITES: [string, (storage: RedisStorage) => Promise<unknown>][] = [
  ['setState', (storage) => storage.setState('{06S}a', { version: 1 })],
  ['setState with a ttl', (storage) => storage.setState('{06S}a', { version: 2 }, { ttl: 60 })],
  ['touch', (storage) => storage.touch('{06S}a', 120)],
  ['compareAndSet', (storage) => storage.compareAndSet('{06S}b', { version: 1 })],
  ['increment', (storage) => storage.increment('{06S}total')],
  ['deleteState', (storage) => storage.deleteState('{06S}a')],
  ['many writes of one turn', (storage) => Promise.all([1, 2, 3].map((v) => storage.setState(`{06S}${v}`, { v })))],
  ['clearNamespace', (storage) => storage.clearNamespace()],
];
const UNCONFIRMED = {
  code: 'UNAVAILABLE',
  outcome: 'unknown',
  message: expect.stringContaining('replicas') as unknown,
};

let storage: RedisStorage;
afterEach(() => storage.stop());
const { stopAfterTest } = useCleanUp();

describe('durability if no replica confirms', () => {
  const server = useServer(startRedisServer);

  /** Calls that change nothing, with their results. */
  const calls: [string, () => Promise<unknown>, unknown][] = [
    ['CAS-4 a compare-and-set that lost', () => storage.compareAndSet('a', {}, { expected: { v: 2 } }), false],
    ['CAS-4 a creation that lost', () => storage.compareAndSet('a', {}), false],
    ['a delete of nothing', () => storage.deleteState('nothing'), false],
    ['a touch of nothing', () => storage.touch('nothing', 60), false],
    ['a touch of nothing, without a deadline', () => storage.touch('nothing', 0), false],
    ['CNT-4 an overflow', () => storage.increment('full').catch(codeOf), 'COUNTER_OVERFLOW'],
    [
      'CNT-4 an overflow, with a ttl',
      () => storage.increment('full', 1, { ttl: 60 }).catch(codeOf),
      'COUNTER_OVERFLOW',
    ],
    ['ST-5 a read', () => storage.getState('a'), { v: 1 }],
    ['a read of a total', () => storage.getCounter('full'), Number.MAX_SAFE_INTEGER],
  ];

  beforeEach(async () => {
    const withoutDurability = new RedisStorage({ url: server().url });
    await withoutDurability.start();
    await withoutDurability.setState('a', { v: 1 });
    await withoutDurability.deleteCounter('full');
    await withoutDurability.increment('full', Number.MAX_SAFE_INTEGER);
    await withoutDurability.stop();
    storage = new RedisStorage({ url: server().url, durability: { replicas: 1, timeout: 50 } });
    await storage.start();
  });

  it.each(calls)('ER-4 %s succeeds', async (_, call, result) => {
    expect(await call()).toEqual(result);
  });

  it('ER-4 calls that change nothing succeed in the same turn as a write, whose outcome is unknown', async () => {
    const write = failureOf(storage.increment('total'));
    expect(await Promise.all(calls.map(([, call]) => call()))).toEqual(calls.map(([, , result]) => result));
    expect(await write).toMatchObject(UNCONFIRMED);
  });

  it('NS-3 ER-4 a clear of no entries succeeds, and a clear of some has an unknown outcome', async () => {
    await expect(storage.clearNamespace()).rejects.toMatchObject(UNCONFIRMED);
    expect(await storage.clearNamespace()).toBe(0);
  });

  function codeOf(error: unknown): unknown {
    return error instanceof FsmStorageError ? error.code : error;
  }
});

describe('durability with sentinels', () => {
  const sentinels = useServer(() => RedisSentinels.start());

  it('is confirmed for every kind of write, which the replicas then have', async () => {
    const group = sentinels();
    const durability = { replicas: 2, timeout: 4000 };
    storage = new RedisStorage({ connection: group.connection, durability });
    await storage.start();
    for (const [, write] of WRITES) await write(storage);
    await storage.setState('last', { version: 1 });
    for (const replica of await group.replicas()) {
      const admin = group.admin(replica);
      expect(await admin.get('fsm:last')).toBe('{"version":1}');
      await admin.quit();
    }
  });

  it('ER-4 has an unknown outcome if too few replicas confirm, and the master keeps the write', async () => {
    const group = sentinels();
    storage = new RedisStorage({ connection: group.connection, durability: { replicas: 3, timeout: 50 } });
    await storage.start();
    for (const [, write] of WRITES.slice(0, -1)) await expect(write(storage)).rejects.toMatchObject(UNCONFIRMED);
    expect(await storage.getCounter('{06S}total')).toBeGreaterThan(0);
    const [replica] = await group.replicas();
    await replica?.kill();
    await storage.stop();
    storage = new RedisStorage({ connection: group.connection, durability: { replicas: 2, timeout: 50 } });
    await storage.start();
    await expect(storage.increment('lonely')).rejects.toMatchObject(UNCONFIRMED);
    await group.restore();
    await eventually(() =>
      storage.increment('lonely').then(
        () => true,
        () => false,
      ),
    );
  });
});

describe('durability in a cluster', () => {
  it('is confirmed by the master that was written to, also while its slot moves', async () => {
    const cluster = stopAfterTest(await RedisCluster.start());
    const nodes = cluster.startupNodes;
    storage = new RedisStorage({ cluster: { nodes }, durability: { replicas: 1, timeout: 4000 } });
    await storage.start();
    for (const [, write] of WRITES) await write(storage);
    const [replica] = await cluster.replicasOf(await cluster.masterOf(0));
    await replica?.server.kill();
    // The other masters still have their replicas.
    await storage.setState('{06T}elsewhere', { version: 1 });
    await storage.stop();
    storage = new RedisStorage({ cluster: { nodes }, durability: { replicas: 1, timeout: 50 } });
    await storage.start();
    for (const [, write] of WRITES.slice(0, -1)) await expect(write(storage)).rejects.toMatchObject(UNCONFIRMED);
    const target = await cluster.masterOf(16_383);
    const move = await cluster.beginMove(0, target);
    expect(await storage.increment('{06S}asked')).toBe(1); // Written to the target, which has a replica.
    await move.moveKeys();
    await move.finish();
    expect(await storage.increment('{06S}asked')).toBe(2);
  });
});
