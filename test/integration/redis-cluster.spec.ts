import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { stopAfterAll } from '../support/fixtures.js';
import { type ClusterNode, RedisCluster } from '../support/redis-cluster.js';

/** The keys `{06S}…` are in slot 0. */
const SLOT = 0;
const FILLERS = 5000;

let storage: RedisStorage;
const cluster = await stopAfterAll(RedisCluster.start());

beforeEach(async () => {
  await cluster.flush();
  storage = new RedisStorage({ cluster: { nodes: cluster.startupNodes } });
  await storage.start();
});
afterEach(() => storage.stop());

async function fill(count: number): Promise<string[]> {
  const identifiers = Array.from({ length: count }, (_, index) => `chat:${index}`);
  for (let at = 0; at < count; at += 500) {
    await Promise.all(identifiers.slice(at, at + 500).map((identifier) => storage.setState(identifier, { at })));
  }
  return identifiers;
}

/** The master of slot 0 and another one, in no particular order of a listing. */
async function ends(): Promise<{ from: ClusterNode; to: ClusterNode; back: () => Promise<void> }> {
  const from = await cluster.masterOf(SLOT);
  const [to] = (await cluster.masters()).filter((master) => master.port !== from.port);
  if (to === undefined) throw new Error('The cluster has no other master.');
  return { from, to, back: () => cluster.moveSlot(SLOT, from) };
}

describe('a listing while a slot moves', () => {
  it.each([
    ['at the first page, to the other master', 1, false],
    ['at the first page, back to the first master', 1, true],
    ['between two masters, to the other master', 3, false],
    ['between two masters, back to the first master', 3, true],
    ['between the last masters, to the other master', 5, false],
    ['between the last masters, back to the first master', 5, true],
  ])('LS-3 finds everything that exists throughout if the slot moves %s', async (_, atPage, isReturned) => {
    await fill(FILLERS);
    const moving = Array.from({ length: 50 }, (_, index) => `{06S}${index}`);
    await Promise.all(moving.map((identifier) => storage.setState(identifier, {})));
    const { from, to, back } = await ends();
    if (isReturned) await cluster.moveSlot(SLOT, to);
    const found = new Set<string>();
    let pages = 0;
    let hasMoved = false;
    for await (const identifier of storage.scanKeys()) {
      found.add(identifier);
      if (found.size > (pages + 1) * 900) pages += 1;
      if (hasMoved || pages < atPage) continue;
      hasMoved = true;
      await cluster.moveSlot(SLOT, isReturned ? from : to);
    }
    expect(hasMoved).toBe(true);
    expect(moving.filter((identifier) => !found.has(identifier))).toEqual([]);
    expect(found.size).toBe(FILLERS + moving.length);
    if (!isReturned) await back();
  });

  it('LS-3 NS-3 finds each key of a half-moved slot once, as clearing does', async () => {
    const moving = Array.from({ length: 20 }, (_, index) => `{06S}${index}`);
    await Promise.all(moving.map((identifier) => storage.setState(identifier, {})));
    const { to, back } = await ends();
    const move = await cluster.beginMove(SLOT, to);
    await move.moveKeys(moving.slice(0, 10).map((identifier) => `fsm:${identifier}`));
    expect((await storage.listKeys()).sort()).toEqual([...moving].sort());
    expect(await storage.clearNamespace()).toBe(20);
    expect(await storage.listKeys()).toEqual([]);
    await move.finish();
    await back();
  });

  it('LS-3 asks a master that was promoted meanwhile', async () => {
    const identifiers = await fill(FILLERS);
    const found = new Set<string>();
    let hasFailedOver = false;
    for await (const identifier of storage.scanKeys()) {
      found.add(identifier);
      if (hasFailedOver || found.size < 1000) continue;
      hasFailedOver = true;
      await cluster.failover(SLOT);
    }
    expect(found.size).toBe(identifiers.length);
  });
});

describe('a cluster', () => {
  it('LS-1 NS-3 reads, lists and clears keys of all masters', async () => {
    const identifiers = await fill(1000);
    expect(await storage.getStates(identifiers)).toEqual(
      identifiers.map((_, i) => ({ at: Math.floor(i / 500) * 500 })),
    );
    const held = await Promise.all((await cluster.masters()).map(({ admin }) => admin.dbsize()));
    expect(Math.min(...held)).toBeGreaterThan(100);
    expect((await storage.listKeys()).sort()).toEqual([...identifiers].sort());
    expect(await storage.clearNamespace()).toBe(1000);
  });

  it('is never read from replicas, and a client that reads from replicas is rejected', () => {
    const client = new Cluster(cluster.startupNodes, { lazyConnect: true, scaleReads: 'slave' });
    expect(() => new RedisStorage({ client })).toThrow(/scaleReads/);
    const options = { scaleReads: 'slave' } as const;
    const own = new RedisStorage({ cluster: { nodes: cluster.startupNodes, options } });
    expect(own).toBeInstanceOf(RedisStorage);
  });

  it('LC-1 has its nodes in the error message if none of them replies, and leaves nothing open', async () => {
    const lost = new RedisStorage({ cluster: { nodes: [{ host: '127.0.0.1', port: 1 }] }, commandTimeout: 1000 });
    await expect(lost.start()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1') as unknown,
    });
    await lost.stop();
  });
});
