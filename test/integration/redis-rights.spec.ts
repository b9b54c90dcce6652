import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { COMMAND_RIGHTS } from '../../src/backends/redis/connection/access-rights.js';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { circuitBreaker } from '../../src/layers/circuit-breaker.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp, useServer } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';

const KEYS = ['~fsm:*', '~fsm#*'];
const CLUSTER_RIGHTS = '+cluster|slots +cluster|nodes +cluster|info';

const server = useServer(() => startRedisServer());
const { afterTest, openStorage } = useCleanUp();

/** Creates a user with exactly these rights, and returns the options to connect as that user. */
async function grant(rights: readonly string[]): Promise<{ readonly connection: object }> {
  const admin = new Redis(server().url);
  afterTest(() => admin.quit());
  await admin.flushall();
  await admin.script('FLUSH'); // So that EVAL is needed.
  await admin.call('acl', 'setuser', 'fsm', 'reset', 'on', '>secret', ...rights);
  return {
    connection: { port: server().port, username: 'fsm', password: 'secret', enableReadyCheck: false },
  };
}

function openWith(options: object): Promise<RedisStorage> {
  // The options are those of `grant`, and options that every kind of address has.
  return openStorage(new RedisStorage(options as RedisStorageOptions));
}

async function useEverything(storage: RedisStorage): Promise<void> {
  expect(await storage.health()).toBe(true);
  await storage.setState('a', { v: 1 });
  await storage.setState('b', { v: 1 }, { ttl: 60 });
  await storage.setState('b', { v: 2 }, { ttl: 'keep' });
  await Promise.all(['c', 'd'].map((identifier) => storage.setState(identifier, {})));
  await Promise.all(['c', 'd'].map((identifier) => storage.setState(identifier, {}, { ttl: 60 })));
  expect(await storage.compareAndSet('a', { v: 2 }, { expected: { v: 1 } })).toBe(true);
  expect(await storage.compareAndSet('e', {}, { ttl: 60 })).toBe(true);
  expect(await storage.update('a', () => null)).toBeNull();
  expect(await storage.getStates(['a', 'b'])).toEqual([null, { v: 2 }]);
  expect(await storage.getTtl('b')).toBeGreaterThan(0);
  expect(await storage.touch('b', 60)).toBe(true);
  expect(await storage.touch('b', 0)).toBe(true);
  expect(await storage.deleteState('e')).toBe(true);
  expect(await storage.increment('n', 5, { ttl: 60 })).toBe(5);
  expect(await storage.increment('n', 5, { ttl: 0 })).toBe(10);
  expect(await Promise.all([storage.increment('n'), storage.increment('m')])).toEqual([11, 1]);
  await expect(storage.increment('n', Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'COUNTER_OVERFLOW' });
  expect(await storage.getCounter('n')).toBe(11);
  expect(await storage.deleteCounter('m')).toBe(true);
  expect((await storage.listKeys('[bc]')).sort()).toEqual(['b', 'c']);
  expect(await storage.clearNamespace()).toBe(4);
}

describe('the rights that the guide names', () => {
  it('LC-1 HL-1 suffice for everything', async () => {
    const storage = await openWith(await grant([...KEYS, '-@all', ...COMMAND_RIGHTS.split(' ')]));
    await useEverything(storage);
  });

  it('LC-1 suffice with a keyPrefix and durability too, with the rights that these need', async () => {
    const { connection } = await grant(['~app:fsm:*', '~app:fsm#*', '-@all', ...COMMAND_RIGHTS.split(' '), '+wait']);
    const prefixed = { connection: { ...connection, keyPrefix: 'app:' } };
    const storage = await openWith({ ...prefixed, durability: { replicas: 1, timeout: 1 } });
    await expect(storage.setState('a', {})).rejects.toThrow(/too few replicas confirmed it: 0 of 1 replicas/);
    await useEverything(await openWith(prefixed));
  });

  it('LC-1 HL-1 suffice in a cluster too, with the rights that it needs', async () => {
    const node = await startRedisServer({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
    afterTest(() => node.stop());
    const admin = new Redis(node.url);
    afterTest(() => admin.quit());
    await admin.call('cluster', 'addslotsrange', '0', '16383');
    await eventually(async () => String(await admin.call('cluster', 'info')).includes('cluster_state:ok'));
    const rights = [...KEYS, '-@all', ...COMMAND_RIGHTS.split(' '), ...CLUSTER_RIGHTS.split(' ')];
    await admin.call('acl', 'setuser', 'fsm', 'reset', 'on', '>secret', ...rights);
    const redisOptions = { username: 'fsm', password: 'secret', enableReadyCheck: false };
    const nodes = [{ host: '127.0.0.1', port: node.port }];
    await useEverything(await openWith({ cluster: { nodes, options: { redisOptions } } }));
  });

  it('LC-1 are the ones in the guide', async () => {
    const guide = await readFile('docs/guide/redis-cluster-and-sentinel.md', 'utf8');
    expect(guide).toContain(`ACL SETUSER app on >password ${KEYS.join(' ')} -@all ${COMMAND_RIGHTS}`);
    expect(guide).toContain(CLUSTER_RIGHTS);
  });

  it.each(COMMAND_RIGHTS.split(' '))('LC-1 contain nothing unnecessary: without %s something fails', async (right) => {
    const others = COMMAND_RIGHTS.split(' ').filter((other) => other !== right);
    const { connection } = await grant([...KEYS, '-@all', ...others]);
    const needless = ['+ping', '+mget', '+mset']; // Replaced by other commands.
    const using = openWith({ connection }).then(useEverything);
    if (needless.includes(right)) await using;
    else await expect(using).rejects.toThrow();
  });
});

describe('a right that is missing', () => {
  const without = (...rights: string[]): string[] => [...KEYS, '+@all', ...rights];

  it.each([
    ['INFO', '-info'],
    ['PING', '-ping'],
    ['CLIENT', '-client'],
    ['WAIT without durability', '-wait'],
  ])('LC-1 HL-1 changes nothing if it is %s', async (_, right) => {
    await useEverything(await openWith(await grant(without(right))));
  });

  it('LC-1 is named at the start if it is WAIT with durability', async () => {
    const start = openWith({ ...(await grant(without('-wait'))), durability: { replicas: 1 } });
    await expect(start).rejects.toThrow(/NOPERM\. Grant the user `\+wait`/);
  });

  it.each([
    ['the key of counters', ['~fsm:*', '+@all'], /Grant the user the keys of the namespace: `~fsm:\* ~fsm#\*`/],
    ['EVALSHA', without('-evalsha'), /Grant the user `\+evalsha`/],
    ['EVAL', without('-eval'), /Grant the user `\+eval`/],
    ['INCRBY inside a script', without('-incrby'), /rejected the command with ERR.*Grant .*\+incrby/],
  ])('ER-4 HL-1 is named and leaves reads alone if it is %s', async (_, rights, message) => {
    const options = await grant(rights);
    const storage = await openWith({ ...options, layers: [circuitBreaker({ failures: 1 })] });
    const failure = { outcome: 'not-applied', scope: 'command', message: expect.stringMatching(message) as unknown };
    for (let round = 0; round < 3; round += 1) {
      await expect(storage.increment('n')).rejects.toMatchObject(failure);
      expect(await Promise.allSettled([storage.increment('n'), storage.getState('a')])).toMatchObject([
        { reason: failure },
        { value: null },
      ]);
    }
  });

  it('HL-1 ER-4 makes health false if writes are rejected', async () => {
    const storage = await openWith(await grant(without('-set')));
    expect(await storage.health()).toBe(false);
    expect(await storage.getState('a')).toBeNull();
    await expect(storage.setState('a', {})).rejects.toThrow(/NOPERM.*Grant the user `\+set`/);
  });
});
