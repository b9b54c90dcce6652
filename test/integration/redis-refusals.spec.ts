import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp } from '../support/fixtures.js';
import { RedisSentinels } from '../support/redis-sentinel.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';

const { afterTest, stopAfterTest, openStorage } = useCleanUp();

async function start(args: readonly string[] = []): Promise<RedisServer> {
  return stopAfterTest(await startRedisServer({ args }));
}

async function open(server: RedisServer): Promise<{ storage: RedisStorage; reported: Error[] }> {
  const reported: Error[] = [];
  const onBackgroundError = (error: unknown): unknown => reported.push(error as Error);
  const storage = await openStorage(new RedisStorage({ url: server.url, onBackgroundError }));
  return { storage, reported };
}

async function configure(server: RedisServer, ...setting: string[]): Promise<void> {
  const admin = new Redis(server.url);
  await admin.call('config', 'set', ...setting);
  await admin.quit();
}

describe('a Redis server that drops keys when its memory is full', () => {
  it('ER-5 is reported once at the start', async () => {
    const server = await start(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
    const { reported } = await open(server);
    await eventually(() => reported.length > 0);
    expect(reported).toEqual([
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/allkeys-lru.*noeviction/) as unknown,
      }),
    ]);
  });

  it.each([
    ['never drops keys', ['--maxmemory', '100mb', '--maxmemory-policy', 'noeviction']],
    ['has no memory limit', ['--maxmemory-policy', 'allkeys-lru']],
    [
      'does not allow INFO',
      [
        '--maxmemory',
        '100mb',
        '--maxmemory-policy',
        'allkeys-lru',
        '--user',
        'default',
        'on',
        'nopass',
        '~*',
        '&*',
        '+@all',
        '-info',
      ],
    ],
  ])('ER-5 is not reported if it %s', async (_, args) => {
    const { storage, reported } = await open(await start(args));
    await storage.setState('a', { version: 1 });
    expect(await storage.getState('a')).toEqual({ version: 1 });
    expect(reported).toEqual([]);
  });
});

describe('a server that is not the master of all keys', () => {
  it.each([
    ['a replica', ['--replicaof', '127.0.0.1', '1'], 'connect to its master'],
    ['one node of a cluster', ['--cluster-enabled', 'yes'], 'use `cluster: { nodes: [{ host, port }] }`'],
  ])('LC-1 is rejected at the start: %s', async (name, args, advice) => {
    const server = await start(args);
    await expect(open(server)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      message: expect.stringContaining(`is ${name}`),
    });
    await expect(open(server)).rejects.toMatchObject({
      message: expect.stringContaining(advice),
    });
  });

  it('LC-1 is rejected at the start: a sentinel', async () => {
    const group = stopAfterTest(await RedisSentinels.start());
    const [sentinel] = group.sentinels;
    const storage = stopAfterTest(new RedisStorage({ url: sentinel?.url ?? '' }));
    await expect(storage.start()).rejects.toThrow(/is a sentinel: use `connection: \{ sentinels/);
  });
});

describe('a server that rejects a write', () => {
  it.each([
    ['OOM', 'maxmemory', async (server: RedisServer) => configure(server, 'maxmemory', '1')],
    ['READONLY', 'master', async (server: RedisServer) => follow(server, 'yes')],
  ])(
    'ER-4 with %s has applied nothing, and the error message explains the repair',
    async (code, advice, causeRejection) => {
      const server = await start();
      const { storage } = await open(server);
      await causeRejection(server);
      const failure = {
        code: 'UNAVAILABLE',
        outcome: 'not-applied',
        message: expect.stringContaining(advice) as unknown,
      };
      const isConnected = (): Promise<boolean> => succeeds(storage.getState('a'));
      await expect(storage.setState('a', {})).rejects.toMatchObject(failure);
      await eventually(isConnected);
      await expect(storage.increment('a')).rejects.toMatchObject(failure);
      await eventually(isConnected);
      await expect(storage.compareAndSet('a', {})).rejects.toHaveProperty('message', expect.stringContaining(code));
    },
  );

  it('ER-4 also rejects reads with MASTERDOWN', async () => {
    const server = await start();
    const { storage } = await open(server);
    await follow(server, 'no');
    const failure = { outcome: 'not-applied', message: expect.stringContaining('lost its master') as unknown };
    await expect(storage.getState('a')).rejects.toMatchObject(failure);
    await expect(storage.increment('a')).rejects.toMatchObject({ outcome: 'not-applied' });
  });
});

describe('a server that rejects every command for deadlines', () => {
  const withoutDeadlines = ['--user', 'default', 'on', 'nopass', '~*', '&*', '+@all', '-pexpire', '-persist'];

  it.each([
    ['a new deadline', 60],
    ['no deadline', 0],
  ])('CNT-3 leaves a counter unchanged if an increment would give it %s', async (_, ttl) => {
    const { storage } = await open(await start(withoutDeadlines));
    await storage.increment('old', 5);
    const rejected = { code: 'UNAVAILABLE', outcome: 'not-applied' };
    await expect(storage.increment('old', 2, { ttl })).rejects.toMatchObject(rejected);
    await expect(storage.increment('new', 2, { ttl })).rejects.toMatchObject(rejected);
    const together = [storage.increment('old', 2, { ttl }), storage.increment('new', 2, { ttl })];
    expect(await Promise.allSettled(together)).toMatchObject([{ reason: rejected }, { reason: rejected }]);
    expect(await storage.getCounter('old')).toBe(5);
    expect(await storage.getCounter('new')).toBeNull();
  });

  it("ER-5 rejects every call of a batch if the client's reconnectOnError throws", async () => {
    const server = await start(withoutDeadlines);
    const reconnectOnError = ({ message }: Error): boolean => {
      if (message.startsWith('NOSCRIPT')) return false;
      throw new TypeError('planted');
    };
    const client = new Redis(server.url, { reconnectOnError });
    afterTest(() => client.quit());
    const reported: unknown[] = [];
    const storage = await openStorage(new RedisStorage({ client, onBackgroundError: (error) => reported.push(error) }));
    const together = ['a', 'b', 'c'].map((identifier) => storage.increment(identifier, 1, { ttl: 60 }));
    const rejected = { reason: { code: 'UNAVAILABLE', outcome: 'not-applied' } };
    expect(await Promise.allSettled(together)).toMatchObject([rejected, rejected, rejected]);
    expect(reported).toHaveLength(3);
  });
});

function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}

/** Makes a server the replica of a master that does not exist. */
async function follow(server: RedisServer, servesStale: string): Promise<void> {
  await configure(server, 'replica-serve-stale-data', servesStale);
  const admin = new Redis(server.url);
  await admin.replicaof('127.0.0.1', 1);
  await admin.quit();
}
