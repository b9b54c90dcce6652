import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp } from '../support/fixtures.js';
import { useRedis } from '../support/redis-fixtures.js';

let storage: RedisStorage;
const { server, admin } = await useRedis();
const { openStorage } = useCleanUp();

beforeEach(async () => {
  await admin.script('FLUSH');
  storage = await openStorage(new RedisStorage({ url: server.url }));
  await Promise.all([storage.increment('warm'), storage.increment('warm')]); // The server caches the script.
  await admin.flushall();
});

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `chat:${index}`);

/** Counts the commands that clients send while `work` runs. Commands that a script calls are not counted. */
async function commandsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const monitor = await admin.monitor();
  const names: string[] = [];
  const isOver = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, [name = '', text]: string[], source: string) => {
      if (text === 'over') resolve();
      else if (source !== 'lua') names.push(name.toLowerCase());
    });
  });
  await work();
  await admin.echo('over');
  await isOver;
  monitor.disconnect();
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

describe('the calls of one turn', () => {
  it('are one MGET if all are reads of existing states', async () => {
    await Promise.all(many(50).map((identifier) => storage.setState(identifier, { identifier })));
    const all = many(50).map((identifier) => ({ identifier }));
    let found: unknown;
    expect(await commandsOf(async () => (found = await storage.getStates(many(50))))).toEqual({ mget: 1 });
    expect(found).toEqual(all);
    const each = () => Promise.all(many(50).map((identifier) => storage.getState(identifier)));
    expect(await commandsOf(async () => (found = await each()))).toEqual({ mget: 1 });
    expect(found).toEqual(all);
  });

  it('are one MGET and one EXISTS if all are reads and some entries are absent', async () => {
    await storage.setState('chat:1', { v: 1 });
    await storage.increment('chat:1', 7);
    let found: unknown;
    const read = () => Promise.all([...many(20).map((name) => storage.getState(name)), storage.getCounter('chat:1')]);
    expect(await commandsOf(async () => (found = await read()))).toEqual({ mget: 1, exists: 1 });
    expect(found).toEqual([null, { v: 1 }, ...Array.from({ length: 18 }, () => null), 7]);
  });

  it('are one MSET if all write states that never expire: the last write of a key wins, and removes its deadline', async () => {
    await storage.setState('chat:1', { v: 0 }, { ttl: 60 });
    await admin.rpush('fsm:chat:2', 'a list');
    const write = () =>
      Promise.all([1, 2, 3].flatMap((v) => many(20).map((identifier) => storage.setState(identifier, { v }))));
    expect(await commandsOf(write)).toEqual({ mset: 1 });
    expect(await storage.getStates(many(20))).toEqual(many(20).map(() => ({ v: 3 })));
    expect(await storage.getTtl('chat:1')).toBeNull();
  });

  it('are one script call if there are other writes', async () => {
    const write = () =>
      Promise.all([
        ...many(20).map((identifier) => storage.setState(identifier, { v: 1 }, { ttl: 60 })),
        ...many(20).map((identifier) => storage.compareAndSet(identifier, { v: 2 }, { expected: { v: 1 } })),
        ...many(20).map((identifier) => storage.increment(identifier, 2)),
        storage.touch('chat:1', 100),
        storage.getTtl('chat:1'),
        storage.deleteState('chat:2'),
        storage.getState('chat:2'),
      ]);
    let results: unknown[] = [];
    expect(await commandsOf(async () => (results = await write()))).toEqual({ evalsha: 1 });
    expect(results.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => undefined));
    expect(results.slice(20, 40)).toEqual(Array.from({ length: 20 }, () => true));
    expect(results.slice(40, 60)).toEqual(Array.from({ length: 20 }, () => 2));
    expect(results.slice(60)).toEqual([true, expect.closeTo(100, 0), true, null]);
    expect(await admin.pttl('fsm:chat:3')).toBe(-1); // The compare-and-set had no TTL, and there is no default.
  });

  it('are several batches above a number of calls or of characters', async () => {
    const writeMany = () => Promise.all(many(1000).map((identifier) => storage.setState(identifier, { v: 1 })));
    expect(await commandsOf(writeMany)).toEqual({ mset: 8 });
    const countMany = () => Promise.all(many(1000).map((identifier) => storage.increment(identifier)));
    expect(await commandsOf(countMany)).toEqual({ evalsha: 8 });
    const readMany = () => Promise.all(many(1000).map((identifier) => storage.getState(identifier)));
    expect(await commandsOf(readMany)).toEqual({ mget: 8 });
    const text = 'x'.repeat(30 * 1024);
    const writeLarge = () => Promise.all(many(12).map((identifier) => storage.setState(identifier, { text })));
    expect(await commandsOf(writeLarge)).toEqual({ mset: 3 });
    const huge = 'x'.repeat(200 * 1024);
    const writeHuge = () => Promise.all(many(3).map((identifier) => storage.setState(identifier, { huge })));
    expect(await commandsOf(writeHuge)).toEqual({ set: 3 });
    expect(await storage.getState('chat:2')).toEqual({ huge });
  });

  it('are one script call more if the server has lost the script', async () => {
    await admin.script('FLUSH');
    const write = () => Promise.all(many(20).map(() => storage.increment('total')));
    expect(await commandsOf(write)).toEqual({ evalsha: 1, eval: 1 });
    expect(await storage.getCounter('total')).toBe(20);
  });
});

describe('each call of a turn', () => {
  const rejectedWith = (code: string) =>
    expect.objectContaining({ status: 'rejected', reason: hasCode(code) }) as unknown;
  const hasCode = (code: string) => expect.objectContaining({ code }) as unknown;
  const resolvedWith = (value: unknown) => ({ status: 'fulfilled', value });

  it('ST-4 CNT-4 has a separate result or error', async () => {
    await admin.hset('fsm:hash', 'field', 'value');
    await admin.set('fsm:foreign', '{ "v": 1 }');
    await admin.set('fsm#odd', '007');
    await admin.rpush('fsm#list', 'item');
    await admin.set('fsm#full', `${Number.MAX_SAFE_INTEGER}`, 'PX', 60_000);
    const calls = await Promise.allSettled([
      storage.getState('hash'),
      storage.getState('none'),
      storage.setState('a', { v: 1 }),
      storage.increment('odd'),
      storage.increment('list'),
      storage.increment('full'),
      storage.increment('full', -1),
      storage.compareAndSet('foreign', { v: 2 }, { expected: { v: 1 } }),
      storage.compareAndSet('foreign', { v: 2 }, { expected: { v: 3 } }),
      storage.compareAndSet('none', { v: 2 }, { expected: { v: 3 } }),
      storage.deleteState('none'),
      storage.getCounter('odd'),
      storage.getState('a'),
    ]);
    expect(calls).toEqual([
      ...[rejectedWith('CORRUPT_STATE'), resolvedWith(null), resolvedWith(undefined)],
      ...[rejectedWith('CORRUPT_STATE'), rejectedWith('CORRUPT_STATE'), rejectedWith('COUNTER_OVERFLOW')],
      ...[
        resolvedWith(Number.MAX_SAFE_INTEGER - 1),
        resolvedWith(true),
        resolvedWith(false),
        resolvedWith(false),
        resolvedWith(false),
      ],
      ...[rejectedWith('CORRUPT_STATE'), resolvedWith({ v: 1 })],
    ]);
    expect(await admin.get('fsm#odd')).toBe('007');
    expect(await admin.pttl('fsm#full')).toBeGreaterThan(50_000);
  });

  it('ST-4 that reads a value of another Redis type has a separate error', async () => {
    await admin.hset('fsm:hash', 'field', 'value');
    await storage.setState('a', { v: 1 });
    const reads = await Promise.allSettled(['a', 'hash', 'none', 'a'].map((name) => storage.getState(name)));
    const one = resolvedWith({ v: 1 });
    expect(reads).toEqual([one, rejectedWith('CORRUPT_STATE'), resolvedWith(null), one]);
  });

  it('ER-4 is rejected separately if the server allows this app only some keys', async () => {
    await admin.call('acl', 'setuser', 'app', 'on', '>secret', '~fsm*', '+@all');
    const limited = await openStorage(new RedisStorage({ url: `redis://app:secret@127.0.0.1:${server.port}` }));
    const foreign = limited.withNamespace('elsewhere');
    const rejection = rejectedWith('UNAVAILABLE');
    const writes = [limited.setState('a', { v: 1 }), foreign.setState('a', { v: 1 }), limited.increment('a')];
    expect(await Promise.allSettled(writes)).toEqual([resolvedWith(undefined), rejection, resolvedWith(1)]);
    const sets = [limited.setState('a', { v: 1 }), foreign.setState('a', { v: 1 }), limited.setState('c', { v: 1 })];
    expect(await Promise.allSettled(sets)).toEqual([resolvedWith(undefined), rejection, resolvedWith(undefined)]);
    await admin.call('acl', 'setuser', 'app', '-mset');
    await Promise.all(['a', 'c'].map((name) => limited.setState(name, { v: 1 })));
    const reads = [limited.getState('a'), foreign.getState('a'), limited.getState('b')];
    expect(await Promise.allSettled(reads)).toEqual([resolvedWith({ v: 1 }), rejection, resolvedWith(null)]);
  });

  it('CNT-3 of a counter keeps or sets its deadline as its options say', async () => {
    const [, , , replaced] = await Promise.all([
      storage.increment('kept', 1, { ttl: 60, refresh: false }),
      storage.increment('kept', 1, { ttl: 600, refresh: false }),
      storage.increment('kept'),
      storage.increment('replaced', 1, { ttl: 600 }),
      storage.increment('endless', 1, { ttl: 600 }),
      storage.increment('endless', 1, { ttl: 0 }),
      storage.increment('plain'),
    ]);
    expect(replaced).toBe(1);
    expect(await admin.get('fsm#kept')).toBe('3');
    expect(Math.round((await admin.pttl('fsm#kept')) / 10_000)).toBe(6);
    expect(Math.round((await admin.pttl('fsm#replaced')) / 10_000)).toBe(60);
    expect(await admin.pttl('fsm#endless')).toBe(-1);
    expect(await admin.pttl('fsm#plain')).toBe(-1);
  });
});

describe('the order of a turn', () => {
  it('is the order of the calls for each identifier, for reads and writes', async () => {
    const call = fc.record({
      identifier: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('get', 'set', 'swap', 'delete', 'add', 'total', 'forget'),
      value: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 40 }), async (calls) => {
        await storage.clearNamespace();
        const states = new Map<string, number>();
        const totals = new Map<string, number>();
        const expected: unknown[] = [];
        const results = calls.map(({ identifier, kind, value }) => {
          const state = states.get(identifier);
          const total = totals.get(identifier);
          switch (kind) {
            case 'get':
              expected.push(state === undefined ? null : { value: state });
              return storage.getState(identifier);
            case 'set':
              expected.push(undefined);
              states.set(identifier, value);
              return storage.setState(identifier, { value });
            case 'swap':
              expected.push(state === value);
              if (state === value) states.set(identifier, value + 1);
              return storage.compareAndSet(identifier, { value: value + 1 }, { expected: { value } });
            case 'delete':
              expected.push(states.delete(identifier));
              return storage.deleteState(identifier);
            case 'add':
              totals.set(identifier, (total ?? 0) + value);
              expected.push((total ?? 0) + value);
              return storage.increment(identifier, value);
            case 'total':
              expected.push(total ?? null);
              return storage.getCounter(identifier);
            default:
              expected.push(totals.delete(identifier));
              return storage.deleteCounter(identifier);
          }
        });
        expect(await Promise.all(results)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('is kept across several batches of one turn', async () => {
    const totals = await Promise.all(many(1000).map(() => storage.increment('total')));
    expect(totals).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  });
});

describe('a batch that the server rejects', () => {
  it('ER-4 with OOM applies only calls that need no memory', async () => {
    await Promise.all([storage.setState('old', {}), storage.setState('other', {})]);
    await admin.config('SET', 'maxmemory', '1');
    const writes = [storage.setState('a', {}), storage.increment('a'), storage.compareAndSet('b', {})];
    const calls = await Promise.allSettled([...writes, storage.getState('old')]);
    const outOfMemory = expect.objectContaining({ outcome: 'not-applied', message: expect.stringContaining('OOM') });
    for (const call of calls.slice(0, 3)) expect(call).toEqual({ status: 'rejected', reason: outOfMemory });
    expect(calls[3]).toMatchObject({ status: 'fulfilled', value: {} });
    expect(await Promise.all([storage.deleteState('old'), storage.deleteState('other')])).toEqual([true, true]);
    await admin.config('SET', 'maxmemory', '0');
    expect(await admin.keys('*')).toEqual([]);
  });

  it('ER-4 with READONLY applies nothing, and the client reconnects to find the new master', async () => {
    const connections = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1]);
    const before = await connections();
    await admin.call('replicaof', '127.0.0.1', '1');
    const calls = await Promise.allSettled(many(5).map((identifier) => storage.setState(identifier, {})));
    await admin.call('replicaof', 'no', 'one');
    const readOnly = expect.objectContaining({
      outcome: 'not-applied',
      message: expect.stringContaining('READONLY') as unknown,
    });
    for (const call of calls) expect(call).toEqual({ status: 'rejected', reason: readOnly });
    await eventually(async () => (await connections()) > before);
    await eventually(() => storage.health());
  });
});
