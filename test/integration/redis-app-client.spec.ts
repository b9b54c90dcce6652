import { afterAll, describe, expect, it } from '@jest/globals';
import { Command, Redis, type RedisOptions } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { useCleanUp, useServer } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';

const server = useServer(() => startRedisServer());
const { afterTest, openStorage } = useCleanUp();

function connect(options: RedisOptions = {}): Redis {
  const client = new Redis(server().port, options);
  client.on('error', () => {});
  afterTest(() => client.disconnect());
  return client;
}

function startOn(client: Redis, options: { readonly commandTimeout?: number } = {}): Promise<RedisStorage> {
  return openStorage(new RedisStorage({ client, ...options }));
}

/** Every kind of call; those at once are sent as one batch. */
const CALLS: readonly [name: string, isWrite: boolean, call: (storage: RedisStorage) => Promise<unknown>][] = [
  ['setState', true, (storage) => storage.setState('a', { v: 2 })],
  ['setState with a ttl', true, (storage) => storage.setState('a', { v: 2 }, { ttl: 60 })],
  ['deleteState', true, (storage) => storage.deleteState('a')],
  ['compareAndSet', true, (storage) => storage.compareAndSet('a', { v: 2 }, { expected: { v: 1 } })],
  ['increment', true, (storage) => storage.increment('n', 5)],
  ['touch', true, (storage) => storage.touch('a', 60)],
  // It lists before it removes.
  ['clearNamespace', false, (storage) => storage.clearNamespace()],
  ['several setState', true, (storage) => Promise.all([storage.setState('a', {}), storage.setState('b', {})])],
  ['several increments', true, (storage) => Promise.all([storage.increment('n'), storage.increment('m')])],
  ['getState', false, (storage) => storage.getState('a')],
  ['getStates', false, (storage) => storage.getStates(['a', 'b'])],
  ['getTtl', false, (storage) => storage.getTtl('a')],
  ['getCounter', false, (storage) => storage.getCounter('n')],
  ['listKeys', false, (storage) => storage.listKeys()],
];

async function seed(storage: RedisStorage): Promise<void> {
  await storage.clearNamespace();
  await storage.setState('a', { v: 1 });
  await storage.increment('n', 3);
}

async function expectSeed(storage: RedisStorage): Promise<void> {
  expect(await storage.getStates(['a', 'b'])).toEqual([{ v: 1 }, null]);
  expect([await storage.getCounter('n'), await storage.getCounter('m')]).toEqual([3, null]);
}

describe("an app's client inside a transaction (MULTI)", () => {
  it.each(CALLS)('ER-4 ST-5 does not acknowledge what is only queued: %s', async (_, isWrite, call) => {
    const client = connect();
    const storage = await startOn(client);
    await seed(storage);
    await client.multi({ pipeline: false });
    await expect(call(storage)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: isWrite ? 'unknown' : 'not-applied',
      scope: 'command',
      message: expect.stringMatching(/transaction \(MULTI\)/) as unknown,
    });
    await client.discard();
    await expectSeed(storage);
  });

  it('HL-1 LC-1 is unhealthy and rejected at the start', async () => {
    const client = connect();
    const storage = await startOn(client);
    await client.multi({ pipeline: false });
    expect(await storage.health()).toBe(false);
    await expect(startOn(client)).rejects.toThrow(/inside a transaction \(MULTI\)/);
    await client.discard();
    expect(await storage.health()).toBe(true);
  });

  it('ST-4 does not take a stored text QUEUED for a transaction', async () => {
    const client = connect();
    const storage = await startOn(client);
    await client.set('fsm:a', 'QUEUED');
    await client.set('fsm#n', 'QUEUED');
    await expect(storage.getState('a')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    await expect(storage.getCounter('n')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    await client.del('fsm:a', 'fsm#n');
  });
});

interface Misuse {
  readonly message: RegExp;
  begin(client: Redis): unknown;
  end(client: Redis): unknown;
}

const MISUSES: Readonly<Record<string, Misuse>> = {
  'a subscriber': {
    message: /listens to channels \(SUBSCRIBE\)/,
    begin: (client) => client.subscribe('news'),
    end: (client) => client.unsubscribe('news'),
  },
  'in another database': {
    message: /is in database 3 \(SELECT\), but it was in 0/,
    begin: (client) => client.select(3),
    end: (client) => client.select(0),
  },
  'with another keyPrefix': {
    message: /has another keyPrefix/,
    begin: (client) => Object.assign(client.options, { keyPrefix: 'other:' }),
    end: (client) => Object.assign(client.options, { keyPrefix: undefined }),
  },
};

describe.each(Object.entries(MISUSES))("an app's client that has become %s", (_, { message, begin, end }) => {
  it.each(CALLS)('ER-4 HL-1 sends nothing and is unhealthy: %s', async (_name, _isWrite, call) => {
    const client = connect();
    const storage = await startOn(client);
    await seed(storage);
    await begin(client);
    await expect(call(storage)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      scope: 'command',
      message: expect.stringMatching(message) as unknown,
    });
    expect(await storage.health()).toBe(false);
    await end(client);
    await expectSeed(storage);
    expect(await storage.health()).toBe(true);
  });
});

describe("an app's client that cannot be used", () => {
  it('LC-1 is rejected at the start: a subscriber', async () => {
    const client = connect();
    await client.subscribe('news');
    await expect(startOn(client)).rejects.toThrow(/listens to channels \(SUBSCRIBE\)/);
  });

  it('LC-1 is rejected at the start, without waiting: a monitor', async () => {
    const client = await connect().monitor();
    afterTest(() => client.disconnect());
    await expect(startOn(client, { commandTimeout: 600_000 })).rejects.toThrow(/is a monitor \(MONITOR\)/);
  });

  it.each([
    ['MONITOR', (client: Redis) => client.call('monitor')],
    ['CLIENT REPLY SKIP', (client: Redis) => void client.call('client', 'reply', 'skip').catch(() => {})],
  ])('LC-1 is rejected at the start: its replies do not belong to its commands after %s', async (name, begin) => {
    const client = connect();
    await client.ping();
    await begin(client);
    const others = setInterval(() => void client.call('echo', name).catch(() => {}), 5);
    afterTest(() => clearInterval(others));
    await expect(startOn(client)).rejects.toThrow(/do not belong to its commands/);
  });

  it('LC-1 is rejected at the start: it gets no replies after CLIENT REPLY OFF', async () => {
    const client = connect();
    await client.ping();
    void client.call('client', 'reply', 'off').catch(() => {});
    const failure = { outcome: 'not-applied', message: expect.stringContaining('no reply to PING') as unknown };
    await expect(startOn(client, { commandTimeout: 200 })).rejects.toMatchObject(failure);
  });

  it('LC-1 is rejected at the start: the server has put it into another database than ioredis believes', async () => {
    const upper = connect();
    await upper.call('SELECT', '2');
    await expect(startOn(upper)).rejects.toThrow(/is in database 2, but ioredis believes it to be in 0/);
    const missing = connect({ db: 99 });
    await expect(startOn(missing)).rejects.toThrow(/is in database 0, but ioredis believes it to be in 99/);
  });

  it('NS-2 stays in the database of its start', async () => {
    const client = connect({ db: 4 });
    const storage = await startOn(client);
    await storage.setState('a', { v: 1 });
    client.disconnect(true);
    await storage.health();
    expect(await storage.getState('a')).toEqual({ v: 1 });
    expect(await client.get('fsm:a')).toBe('{"v":1}');
    await storage.clearNamespace();
  });

  it('ER-1 passes its errors on with any option of ioredis', async () => {
    const client = connect({ showFriendlyErrorStack: true, enableOfflineQueue: false, lazyConnect: true });
    const storage = await startOn(client);
    await client.rpush('fsm:list', 'x');
    await expect(storage.getState('list')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    await client.del('fsm:list');
  });
});

describe('a reply transformer of the app', () => {
  const transformers = Command as unknown as { _transformer: { reply: Record<string, unknown> } };
  afterAll(() => {
    for (const name of ['get', 'set', 'mget', 'pttl']) delete transformers._transformer.reply[name];
  });

  it('ST-5 ER-4 makes calls fail instead of changing their result', async () => {
    const storage = await startOn(connect());
    await storage.setState('a', { v: 1 });
    Command.setReplyTransformer('get', (text) => JSON.parse(String(text)) as unknown);
    Command.setReplyTransformer('set', () => true);
    Command.setReplyTransformer('mget', () => ({}));
    Command.setReplyTransformer('pttl', () => undefined);
    const failure = (outcome: string): object => ({ code: 'UNAVAILABLE', scope: 'command', outcome });
    await expect(storage.getState('a')).rejects.toMatchObject(failure('not-applied'));
    await expect(storage.getStates(['a', 'b'])).rejects.toMatchObject(failure('not-applied'));
    await expect(storage.getTtl('a')).rejects.toMatchObject(failure('not-applied'));
    await expect(storage.setState('a', { v: 2 })).rejects.toMatchObject(failure('unknown'));
  });
});

describe('many storages on one client', () => {
  it('LC-1 ER-5 cause no warning of a leak and leave no listener', async () => {
    const warnings: unknown[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    afterTest(() => process.off('warning', note));
    const client = connect();
    await client.ping();
    const listeners = (): number[] => client.eventNames().map((event) => client.listenerCount(event));
    const before = listeners();
    const storages = Array.from({ length: 15 }, (_, n) => new RedisStorage({ client, namespace: `n${n}` }));
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(storages.map((storage) => storage.start()));
      await Promise.all(storages.map((storage) => storage.increment('n')));
      client.disconnect(true);
      expect(await Promise.all(storages.map((storage) => storage.getCounter('n')))).toEqual(
        storages.map(() => round + 1),
      );
      await Promise.all(storages.map((storage) => storage.stop()));
      expect(listeners()).toEqual(before);
    }
    expect(warnings).toEqual([]);
  });
});
