import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { failureOf, stopAfterAll } from '../support/fixtures.js';
import { findFreePort } from '../support/free-port.js';
import { RedisSentinels } from '../support/redis-sentinel.js';
import { count, keepCalling, type OutcomeCount } from '../support/outcome-count.js';

const PASSWORD = 'hunter2-secret';
const SENTINEL_PASSWORD = 'hunter3-secret';

let storage: RedisStorage;
const passwords = { password: PASSWORD, sentinelPassword: SENTINEL_PASSWORD };
const group = await stopAfterAll(RedisSentinels.start(passwords));

beforeEach(() => group.restore());
afterEach(() => storage.stop());

describe('a group of sentinels', () => {
  it.each([
    ['is killed', () => group.kill()],
    ['is replaced', () => group.failover()],
  ])(
    'ER-4 leads to the new master when the old one %s; no increment is counted twice',
    async (_, change) => {
      storage = new RedisStorage({ connection: group.connection });
      await storage.start();
      await storage.clearNamespace();
      const outcomes: OutcomeCount = { acknowledged: 0, unknown: 0, notApplied: 0 };
      let isOn = true;
      const calling = keepCalling(
        8,
        () => count(outcomes, () => storage.increment('total')),
        () => isOn,
      );
      await eventually(() => outcomes.acknowledged > 100);
      await change();
      await group.waitUntilHealthy();
      const before = outcomes.acknowledged;
      await eventually(() => outcomes.acknowledged > before + 100, 60_000);
      isOn = false;
      await calling;
      const admin = group.admin(await group.master());
      expect(Number(await admin.get('fsm#total'))).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
      await admin.quit();
      // Sentinels that do not agree at once retry only after seconds.
    },
    180_000,
  );

  it('LS-3 restarts a listing when another server takes over: every key is listed', async () => {
    storage = new RedisStorage({ connection: group.connection, durability: { replicas: 2, timeout: 4000 } });
    await storage.start();
    const identifiers = Array.from({ length: 4000 }, (_, index) => `k${index}`);
    await Promise.all(identifiers.map((identifier) => storage.setState(identifier, {})));
    const listed = new Set<string>();
    for await (const identifier of storage.scanKeys()) {
      if (listed.add(identifier).size !== 1500) continue;
      await group.kill();
      await eventually(() => storage.health(), 60_000);
    }
    expect(listed.size).toBe(identifiers.length);
  }, 180_000);

  it('LC-1 can be used while one of the sentinels is down', async () => {
    const [first] = group.sentinels;
    await first?.kill();
    storage = new RedisStorage({ connection: group.connection });
    await storage.start();
    expect(await storage.health()).toBe(true);
  });
});

describe('a group with a sentinel that has another password', () => {
  it('LC-1 can be used through the others', async () => {
    const [odd] = group.sentinels;
    const setPassword = async (password: string, next: string): Promise<void> => {
      const sentinel = new Redis({ port: odd?.port ?? 0, password, enableReadyCheck: false });
      await sentinel.call('acl', 'setuser', 'default', 'resetpass', `>${next}`).finally(() => sentinel.disconnect());
    };
    await setPassword(SENTINEL_PASSWORD, 'another-secret');
    try {
      storage = new RedisStorage({ connection: group.connection });
      await storage.start();
      expect(await storage.health()).toBe(true);
    } finally {
      await setPassword('another-secret', SENTINEL_PASSWORD);
    }
  });
});

describe('a group that cannot be reached', () => {
  it.each([
    [
      'no sentinel runs',
      async () => ({ sentinels: [{ host: '127.0.0.1', port: await findFreePort() }] }),
      "no sentinel returned the master's address",
    ],
    ["the sentinels' password is wrong", () => ({ sentinelPassword: 'wrong-secret' }), 'sentinel'],
    ["the servers' password is wrong", () => ({ password: 'wrong-secret' }), 'WRONGPASS'],
    ['the name is unknown', () => ({ name: 'others' }), 'sentinel'],
  ])('LC-1 HL-2 fails in bounded time, with no secret in the error, if %s', async (_, change, expected) => {
    storage = new RedisStorage({ connection: { ...group.connection, ...(await change()) }, commandTimeout: 2000 });
    const failure = await failureOf(storage.start());
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(failure).toHaveProperty('message', expect.stringContaining(expected));
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/hunter|wrong-secret/);
  });

  it('ER-2 is rejected with the role of a replica', () => {
    storage = new RedisStorage({ connection: group.connection });
    expect(() => new RedisStorage({ connection: { ...group.connection, role: 'slave' } })).toThrow(/role/);
  });
});
