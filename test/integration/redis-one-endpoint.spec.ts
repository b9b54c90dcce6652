import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp, useServer } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';

const IDENTIFIERS = Array.from({ length: 20 }, (_, n) => `chat:${n}`);

const server = useServer(() => startRedisServer({ args: ['--cluster-enabled', 'yes'] }));
const { openStorage, afterTest } = useCleanUp();

function connect(): Redis {
  const client = new Redis(server().url);
  afterTest(() => client.quit());
  return client;
}

beforeAll(async () => {
  const admin = new Redis(server().url);
  await admin.call('cluster', 'addslotsrange', '0', '16383');
  await eventually(async () => String(await admin.call('cluster', 'info')).includes('cluster_state:ok'));
  // Some providers do not say that there is a cluster behind their address.
  await admin.call('acl', 'setuser', 'provider', 'on', '>secret', '~*', '+@all', '-info', '-cluster');
  await admin.quit();
});
beforeEach(async () => {
  await connect().flushall();
});

describe.each([
  ['that says so', () => ({ url: server().url })],
  [
    'that does not say so',
    () => ({ connection: { port: server().port, username: 'provider', password: 'secret', enableReadyCheck: false } }),
  ],
  ["over the app's client", () => ({ client: connect() })],
])('one address with all slots of a cluster, %s', (_, address) => {
  it('BAT-2 LC-1 has no CROSSSLOT: everything at once', async () => {
    const storage = await openStorage(new RedisStorage(address()));
    for (let round = 1; round <= 2; round += 1) {
      const each = <T>(call: (identifier: string) => Promise<T>): Promise<T[]> => Promise.all(IDENTIFIERS.map(call));
      await each((identifier) => storage.setState(identifier, { round }));
      await each((identifier) => storage.setState(identifier, { round, identifier }, { ttl: 60 }));
      expect(await storage.getStates(IDENTIFIERS)).toEqual(IDENTIFIERS.map((identifier) => ({ round, identifier })));
      expect(await each((identifier) => storage.getState(identifier))).toHaveLength(20);
      expect(await each((identifier) => storage.increment(identifier, 2))).toEqual(IDENTIFIERS.map(() => 2));
      const mixed = [storage.touch('chat:0', 60), storage.deleteState('chat:1'), storage.compareAndSet('new', {})];
      expect(await Promise.all(mixed)).toEqual([true, true, true]);
      expect(await storage.getStates(['missing', 'chat:1'])).toEqual([null, null]);
      expect(await storage.listKeys('chat:*')).toHaveLength(19);
      expect(await storage.health()).toBe(true);
      expect(await storage.clearNamespace()).toBe(40);
    }
  });

  it.each([
    ['getStates', (storage: RedisStorage) => storage.getStates(IDENTIFIERS)],
    ['states at once', (storage: RedisStorage) => Promise.all(IDENTIFIERS.map((each) => storage.setState(each, {})))],
    ['counters at once', (storage: RedisStorage) => Promise.all(IDENTIFIERS.map((each) => storage.increment(each)))],
    ['clearNamespace', (storage: RedisStorage) => storage.clearNamespace()],
  ])('BAT-2 has no CROSSSLOT in the first call: %s', async (_name, call) => {
    const other = await openStorage(new RedisStorage({ url: server().url }));
    for (const identifier of IDENTIFIERS) await other.setState(identifier, {});
    const storage = await openStorage(new RedisStorage(address()));
    await call(storage);
    expect(await storage.health()).toBe(true);
  });
});

describe('one address with all slots of a cluster, after the first CROSSSLOT', () => {
  it('BAT-2 is remembered: no later call is rejected', async () => {
    const connection = { port: server().port, username: 'provider', password: 'secret', enableReadyCheck: false };
    const storage = await openStorage(new RedisStorage({ connection }));
    const admin = connect();
    const rejected = async (): Promise<number> =>
      Number(/errorstat_CROSSSLOT:count=(\d+)/.exec(await admin.info('errorstats'))?.[1] ?? 0);
    await storage.getStates(IDENTIFIERS);
    const before = await rejected();
    expect(before).toBeGreaterThan(0);
    await storage.getStates(IDENTIFIERS);
    await Promise.all(IDENTIFIERS.map((each) => storage.increment(each)));
    expect(await storage.clearNamespace()).toBe(20);
    expect(await rejected()).toBe(before);
  });

  it('FMT-2 does not happen with a hash tag as the prefix', async () => {
    const connection = { port: server().port, username: 'provider', password: 'secret', enableReadyCheck: false };
    const storage = await openStorage(new RedisStorage({ connection, prefix: '{fsm}' }));
    const admin = connect();
    await admin.call('config', 'resetstat');
    await Promise.all(IDENTIFIERS.map((each) => storage.setState(each, {})));
    expect(await storage.clearNamespace()).toBe(20);
    expect(await admin.info('errorstats')).not.toContain('CROSSSLOT');
  });
});
