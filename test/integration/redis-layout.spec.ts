import { beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { useCleanUp } from '../support/fixtures.js';
import { useRedis } from '../support/redis-fixtures.js';

let storage: RedisStorage;
const { server, admin } = await useRedis();
const { openStorage } = useCleanUp();

beforeEach(async () => {
  storage = await openStorage(new RedisStorage({ url: server.url }));
});

describe('the keys of entries', () => {
  it('FMT-2 a state is canonical JSON, a counter an integer as a string, and the server keeps the deadlines', async () => {
    await storage.setState('chat:1', { name: 'a', data: { z: 1, b: [true, null] } });
    await storage.setState('brief', { name: 'b' }, { ttl: 60 });
    await storage.increment('chat:1', 41, { ttl: 60 });
    await storage.increment('chat:1');
    expect((await admin.keys('*')).sort()).toEqual(['fsm#chat:1', 'fsm:brief', 'fsm:chat:1']);
    expect(await admin.get('fsm:chat:1')).toBe('{"data":{"b":[true,null],"z":1},"name":"a"}');
    expect(await admin.get('fsm#chat:1')).toBe('42');
    expect(await admin.pttl('fsm:chat:1')).toBe(-1);
    for (const key of ['fsm:brief', 'fsm#chat:1']) {
      expect(await admin.pttl(key)).toBeGreaterThan(55_000);
      expect(await admin.pttl(key)).toBeLessThanOrEqual(60_000);
    }
  });

  it('FMT-2 NS-4 a prefix replaces the namespace unchanged, also in views', async () => {
    const prefixed = new RedisStorage({ url: server.url, prefix: 'my bot:*[x]' });
    await prefixed.start();
    for (const view of [prefixed, prefixed.withNamespace('fsm.orders'), prefixed.withNamespace('other')]) {
      await view.setState('a', { name: view.namespace });
      await view.increment('a');
    }
    expect((await admin.keys('*')).sort()).toEqual([
      'my bot:*[x]#a',
      'my bot:*[x].orders#a',
      'my bot:*[x].orders:a',
      'my bot:*[x]/other#a',
      'my bot:*[x]/other:a',
      'my bot:*[x]:a',
    ]);
    expect(await prefixed.listKeys()).toEqual(['a']);
    expect(await prefixed.clearNamespace()).toBe(2);
    expect(await admin.dbsize()).toBe(4);
    await prefixed.stop();
  });

  it('CNT-4 totals up to 2^53 - 1 are written in full', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(await storage.increment('up', most)).toBe(most);
    expect(await admin.get('fsm#up')).toBe('9007199254740991');
    expect(await storage.increment('up', -1)).toBe(most - 1);
    await expect(storage.increment('up', 2)).rejects.toMatchObject({ code: 'COUNTER_OVERFLOW' });
    expect(await storage.getCounter('up')).toBe(most - 1);
    expect(await storage.increment('down', -most)).toBe(-most);
    await expect(storage.increment('down', -most)).rejects.toMatchObject({ code: 'COUNTER_OVERFLOW' });
    expect(await admin.get('fsm#down')).toBe('-9007199254740991');
    expect(await storage.increment('down', most)).toBe(0);
    expect(await admin.get('fsm#down')).toBe('0');
  });

  it('NS-3 LS-1 keys that cannot have an identifier are neither listed nor cleared', async () => {
    const foreign = ['fsm:', `fsm:${'x'.repeat(513)}`, 'fsm:a\0b', 'fsm', 'fsmx:a', 'other:fsm:a'];
    for (const key of foreign) await admin.set(key, '{}');
    const illFormed = Buffer.concat([Buffer.from('fsm:'), Buffer.from([0xff, 0xfe])]);
    await admin.set(illFormed, '{}');
    await storage.setState('a', {});
    expect(await storage.listKeys()).toEqual(['a']);
    expect(await storage.clearNamespace()).toBe(1);
    expect(await admin.dbsize()).toBe(foreign.length + 1);
  });

  it('NS-3 clears thousands of entries in batches of at most 500', async () => {
    const pipeline = admin.pipeline();
    for (let index = 0; index < 3000; index += 1) pipeline.set(`fsm:${index}`, '{}').set(`fsm#${index}`, '1');
    await pipeline.exec();
    await admin.config('RESETSTAT');
    expect(await storage.clearNamespace()).toBe(6000);
    const calls = await commandCalls();
    expect(calls['unlink']).toBeGreaterThanOrEqual(12);
    expect(calls).not.toHaveProperty('keys');
    expect(calls).not.toHaveProperty('del');
  });
});

describe('values that this package cannot have written', () => {
  beforeEach(async () => {
    await admin.hset('fsm:hash', 'field', 'value');
    await admin.rpush('fsm#list', 'item');
    await admin.set('fsm:array', '[1]');
    await admin.set('fsm:bytes', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]));
  });

  it.each(['hash', 'array', 'bytes'])('ST-4 are corrupt if read as a state: %s', async (identifier) => {
    await expect(storage.getState(identifier)).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    await expect(storage.getStates(['none', identifier])).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    await expect(storage.update(identifier, () => ({}))).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
  });

  it('ST-1 do not include a state that contains U+FFFD', async () => {
    const state = { '\ufffd': 'a\ufffdb' };
    await storage.setState('replaced', state);
    expect(await storage.getState('replaced')).toEqual(state);
    expect(await storage.getStates(['replaced', 'none', 'replaced'])).toEqual([state, null, state]);
    expect(await storage.update('replaced', (current) => ({ ...current, n: 1 }))).toEqual({ ...state, n: 1 });
  });

  it.each(['hash', 'array', 'bytes'])('ST-4 equal no expected state, and can be replaced: %s', async (identifier) => {
    expect(await storage.compareAndSet(identifier, { name: 'x' })).toBe(false);
    expect(await storage.compareAndSet(identifier, { name: 'x' }, { expected: {} })).toBe(false);
    expect(await storage.compareAndSet(identifier, { name: 'x' }, { expected: { a: '\ufffd' } })).toBe(false);
    await storage.setState(identifier, { name: 'x' });
    expect(await storage.getState(identifier)).toEqual({ name: 'x' });
  });

  it('ST-4 can be deleted and can get a deadline', async () => {
    expect(await storage.touch('hash', 60)).toBe(true);
    expect(await storage.getTtl('hash')).toBeGreaterThan(50);
    expect(await storage.touch('hash', 0)).toBe(true);
    expect(await storage.getTtl('hash')).toBeNull();
    expect(await storage.deleteState('hash')).toBe(true);
    expect(await storage.deleteCounter('list')).toBe(true);
  });

  it.each(['1.5', '1e3', '007', '+5', '-0', ' 1', '', 'x', '9007199254740992', '9223372036854775807'])(
    'ST-4 a counter with the value %p is corrupt and stays unchanged',
    async (text) => {
      await admin.set('fsm#odd', text);
      await expect(storage.getCounter('odd')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      await expect(storage.increment('odd')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      await expect(storage.increment('odd')).rejects.not.toHaveProperty('message', expect.stringContaining('"1.5"'));
      expect(await admin.get('fsm#odd')).toBe(text);
      expect(await storage.deleteCounter('odd')).toBe(true);
      expect(await storage.increment('odd')).toBe(1);
    },
  );

  it('ST-4 a counter of another Redis type is corrupt', async () => {
    await expect(storage.getCounter('list')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
    await expect(storage.increment('list')).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
  });
});

describe('the commands sent to the server', () => {
  const operations: [string, () => Promise<unknown>][] = [
    ['getState', () => storage.getState('a')],
    ['setState', () => storage.setState('a', { v: 1 })],
    ['setState with ttl', () => storage.setState('a', { v: 1 }, { ttl: 60 })],
    ['setState keeping the deadline', () => storage.setState('a', { v: 1 }, { ttl: 'keep' })],
    ['compareAndSet', () => storage.compareAndSet('a', { v: 1 }, { expected: { v: 1 }, ttl: 60 })],
    ['compareAndSet on nothing', () => storage.compareAndSet('b', { v: 1 }, { ttl: 60 })],
    ['increment', () => storage.increment('a', 2, { ttl: 60 })],
    ['getCounter', () => storage.getCounter('a')],
    ['getTtl', () => storage.getTtl('a')],
    ['touch', () => storage.touch('a', 60)],
    ['touch without a deadline', () => storage.touch('a', 0)],
    ['deleteState', () => storage.deleteState('a')],
    ['deleteCounter', () => storage.deleteCounter('a')],
    ['health', () => storage.health()],
  ];

  it.each(operations)('%s sends one command', async (_, operate) => {
    await storage.setState('a', { v: 1 });
    await operate();
    await storage.setState('a', { v: 1 });
    await admin.config('RESETSTAT');
    await operate();
    expect(await topLevelCommands()).toHaveLength(1);
  });

  it('LS-4 listing sends SCAN, never KEYS', async () => {
    await storage.setState('a', {});
    await admin.config('RESETSTAT');
    expect(await storage.listKeys('a*')).toEqual(['a']);
    expect(await topLevelCommands()).toEqual(['scan']);
  });

  /** The commands that clients sent. The statistics also count the commands inside a script, which are left out. */
  async function topLevelCommands(): Promise<string[]> {
    const calls = await commandCalls();
    const sent = Object.keys(calls).filter((name) => !/^(config|info)/.test(name));
    const script = sent.find((name) => name.startsWith('eval'));
    return script === undefined ? sent : [script];
  }
});

async function commandCalls(): Promise<Record<string, number>> {
  const stats = await admin.info('commandstats');
  const calls: Record<string, number> = {};
  for (const [, name = '', count] of stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)) calls[name] = Number(count);
  return calls;
}
