import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { failureOf, stopAfterAll } from '../support/fixtures.js';
import { type ClusterNode, RedisCluster } from '../support/redis-cluster.js';
import { count, keepCalling, type OutcomeCount } from '../support/outcome-count.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** The keys `{06S}…` are in slot 0. */
const SLOT = 0;

let storage: RedisStorage;
const cluster = await stopAfterAll(RedisCluster.start());

beforeEach(async () => {
  await cluster.restore();
  await cluster.flush();
});
afterEach(() => storage.stop());

async function open(options: Partial<RedisStorageOptions> = {}): Promise<RedisStorage> {
  storage = new RedisStorage({ cluster: { nodes: cluster.startupNodes }, ...options } as RedisStorageOptions);
  await storage.start();
  return storage;
}

function emptyTally(): OutcomeCount {
  return { acknowledged: 0, unknown: 0, notApplied: 0 };
}

describe('a write to a cluster whose reply is lost', () => {
  let proxies: { node: ClusterNode; proxy: TcpProxy }[];
  let client: Cluster;

  /** A client that connects to every node through a proxy of the test. */
  beforeEach(async () => {
    const nodes = [...(await cluster.masters()), ...(await cluster.replicas())];
    proxies = await Promise.all(nodes.map(async (node) => ({ node, proxy: await TcpProxy.to(node.port) })));
    const natMap = Object.fromEntries(
      proxies.map(({ node, proxy }) => [`127.0.0.1:${node.port}`, { host: '127.0.0.1', port: proxy.port }]),
    );
    client = new Cluster(cluster.startupNodes, { natMap, redisOptions: { disconnectTimeout: 0 } });
  });
  afterEach(async () => {
    await storage.stop();
    client.disconnect();
    await Promise.all(proxies.map(({ proxy }) => proxy.close()));
  });

  async function losingTheReply(write: () => Promise<unknown>, hasArrived: () => Promise<boolean>): Promise<unknown> {
    for (const { proxy } of proxies) proxy.loseReplies();
    const outcome = write().then(
      (value) => ({ value }),
      (error: unknown) => error,
    );
    await eventually(hasArrived);
    for (const { proxy } of proxies) proxy.cut();
    return outcome;
  }

  it('ER-4 has an unknown outcome, and is counted once', async () => {
    await open({ client, cluster: undefined });
    await storage.increment('{06S}total');
    const { admin } = await cluster.masterOf(SLOT);
    // Its name begins with the namespace, and only what is in braces decides on the slot.
    const counted = async (): Promise<boolean> => (await admin.get('fsm#{06S}total')) === '11';
    const outcome = await losingTheReply(() => storage.increment('{06S}total', 10), counted);
    expect(outcome).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    await eventually(() => storage.health());
    expect(await storage.getCounter('{06S}total')).toBe(11);
  });

  it('ER-4 has an unknown outcome, and does not overwrite a later write of another client', async () => {
    await open({ client, cluster: undefined });
    await storage.setState('{06S}a', { version: 0 });
    const { admin } = await cluster.masterOf(SLOT);
    for (const { proxy } of proxies) proxy.loseReplies();
    const writing = failureOf(storage.setState('{06S}a', { version: 1 }));
    await eventually(async () => (await admin.get('fsm:{06S}a')) === '{"version":1}');
    await admin.set('fsm:{06S}a', '{"version":2}');
    for (const { proxy } of proxies) proxy.cut();
    expect(await writing).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    await eventually(() => storage.health());
    expect(await storage.getState('{06S}a')).toEqual({ version: 2 });
  });
});

describe('a master that is killed', () => {
  it('ER-4 is replaced by its replica; no increment is counted twice', async () => {
    await open();
    const tallies = new Map<string, OutcomeCount>();
    let isOn = true;
    const calling = keepCalling(
      12,
      (caller) => {
        const identifier = `{06S}${caller}`;
        const outcomes = tallies.get(identifier) ?? emptyTally();
        tallies.set(identifier, outcomes);
        return count(outcomes, () => storage.increment(identifier));
      },
      () => isOn,
    );
    await eventually(() => [...tallies.values()].every(({ acknowledged }) => acknowledged > 20));
    const [replica] = await cluster.replicasOf(await cluster.masterOf(SLOT));
    await cluster.kill(SLOT);
    await eventually(async () => (await replica?.holds(SLOT)) === true, 30_000);
    const before = new Map([...tallies].map(([name, { acknowledged }]) => [name, acknowledged]));
    const goesOn = (): boolean => [...tallies].every(([name, t]) => t.acknowledged > Number(before.get(name)) + 20);
    await eventually(goesOn, 30_000);
    isOn = false;
    await calling;
    for (const [identifier, outcomes] of tallies) {
      const total = Number(await storage.getCounter(identifier));
      // Never more than requested. It may be less than acknowledged, because a replica lags behind.
      expect(total).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
    }
  });

  it('ER-4 leaves its slots unserved if it has no replica: calls fail in bounded time, and succeed after its restart', async () => {
    await open({ commandTimeout: 3000 });
    await storage.setState('{06S}a', { version: 1 });
    for (const replica of await cluster.replicasOf(await cluster.masterOf(SLOT))) await replica.server.kill();
    await cluster.kill(SLOT);
    const others = await cluster.masters();
    const isDown = async ({ admin }: ClusterNode): Promise<boolean> =>
      String(await admin.call('cluster', 'info')).includes('cluster_state:fail');
    await eventually(async () => (await Promise.all(others.map(isDown))).every(Boolean));
    for (const call of [
      () => storage.increment('{06S}total'),
      () => storage.setState('{06S}a', { version: 2 }),
      () => storage.getState('{06S}a'),
      () => storage.listKeys(),
    ]) {
      await expect(call()).rejects.toMatchObject({ outcome: 'not-applied' });
    }
    const message = expect.stringMatching(/CLUSTERDOWN.*redis-cli --cluster check/) as unknown;
    await expect(storage.getState('{06S}a')).rejects.toHaveProperty('message', message);
    expect(await storage.health()).toBe(false);
    await cluster.restore();
    await eventually(() =>
      storage.increment('{06S}total').then(
        () => true,
        () => false,
      ),
    );
    expect(await storage.getCounter('{06S}total')).toBe(1);
    expect(await storage.getState('{06S}a')).toEqual({ version: 1 });
  });
});

describe('slots that move', () => {
  it('ER-4 are followed: calls of every kind succeed, and are applied once', async () => {
    await open();
    const target = await cluster.masterOf(16_383);
    await storage.setState('{06S}a', { version: 1 });
    const { admin } = await cluster.masterOf(SLOT);
    await admin.script('FLUSH');
    const move = await cluster.beginMove(SLOT, target);
    expect(await storage.increment('{06S}new', 5)).toBe(5); // Asked for at the other node.
    await move.moveKeys();
    expect(await storage.increment('{06S}new', 5)).toBe(10);
    expect(await storage.compareAndSet('{06S}a', { version: 2 }, { expected: { version: 1 } })).toBe(true);
    await move.finish();
    expect(await storage.increment('{06S}new', 5)).toBe(15);
    expect(await storage.compareAndSet('{06S}a', { version: 3 }, { expected: { version: 2 } })).toBe(true);
    expect(await storage.getStates(['{06S}a', 'elsewhere'])).toEqual([{ version: 3 }, null]);
    await cluster.moveSlot(SLOT, await cluster.masterOf(1));
  });
});
