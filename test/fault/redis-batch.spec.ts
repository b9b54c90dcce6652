import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { useConnections, useProxy, useRedis } from '../support/redis-fixtures.js';
import { keepCalling } from '../support/outcome-count.js';

const CALLS = 50;
const CALLERS = 200;

let storage: RedisStorage;
const { server, admin } = await useRedis();
const proxy = await useProxy(server);
afterEach(() => storage.stop());
const connections = useConnections(proxy.port, { disconnectTimeout: 0 });

async function open(options: RedisStorageOptions): Promise<void> {
  storage = new RedisStorage(options);
  await storage.start();
  await Promise.all([storage.setState('a', {}), storage.increment('warm')]); // The server caches the script.
}

/** Many writes and one read in the same turn. */
function writeInOneTurn(): Promise<PromiseSettledResult<unknown>[]> {
  const increments = Array.from({ length: CALLS }, () => storage.increment('total'));
  return Promise.allSettled([...increments, storage.setState('a', { v: 2 }), storage.getState('a')]);
}

const failed = (code: string, outcome: string): unknown => ({
  status: 'rejected',
  reason: expect.objectContaining({ code, outcome }) as unknown,
});

describe.each(connections)('a batch whose reply is lost, %s', (_, options) => {
  beforeEach(() => open(options()));

  it('ER-4 is applied once; its writes have an unknown outcome, its reads are not applied', async () => {
    proxy.loseReplies();
    const calls = writeInOneTurn();
    await eventually(async () => (await admin.get('fsm#total')) === `${CALLS}`);
    proxy.cut();
    const ended = await calls;
    for (const call of ended.slice(0, -1)) expect(call).toEqual(failed('UNAVAILABLE', 'unknown'));
    expect(ended.at(-1)).toEqual(failed('UNAVAILABLE', 'not-applied'));
    expect(await storage.increment('total')).toBe(CALLS + 1);
    expect(await storage.getState('a')).toEqual({ v: 2 });
  });

  it('ER-4 is not applied if the server had lost the script', async () => {
    await admin.script('FLUSH');
    await admin.config('RESETSTAT');
    proxy.loseReplies();
    const calls = writeInOneTurn();
    await eventually(async () => /NOSCRIPT:count=[1-9]/.test(await admin.info('errorstats')));
    proxy.cut();
    for (const call of (await calls).slice(0, -1)) expect(call).toEqual(failed('UNAVAILABLE', 'unknown'));
    expect(await storage.getCounter('total')).toBeNull();
  });

  it('ER-4 has the outcome not applied if it only reads', async () => {
    proxy.loseReplies();
    await admin.config('RESETSTAT');
    const reads = Promise.allSettled(Array.from({ length: CALLS }, (_, index) => storage.getState(`${index}`)));
    await eventually(async () => (await admin.info('commandstats')).includes('cmdstat_mget'));
    proxy.cut();
    const ended = await reads;
    // The app's client may send the reads again. Then each has its result.
    const succeeded = ended.filter(({ status }) => status === 'fulfilled').length;
    expect([0, CALLS]).toContain(succeeded);
    if (succeeded === 0) for (const call of ended) expect(call).toEqual(failed('UNAVAILABLE', 'not-applied'));
  });
});

describe.each(connections)('a batch without a reply in time, %s', (_, options) => {
  it('ER-4 times out after commandTimeout, with a separate error for each call', async () => {
    // The start and the first calls have this timeout too. A short one would end them on a machine that stalls.
    await open({ ...options(), commandTimeout: 2000 });
    proxy.loseReplies();
    const ended = await writeInOneTurn();
    for (const call of ended.slice(0, -1)) expect(call).toEqual(failed('TIMEOUT', 'unknown'));
    expect(ended.at(-1)).toEqual(failed('TIMEOUT', 'not-applied'));
    proxy.cut();
    await eventually(() => storage.health());
    expect(await storage.increment('total')).toBe(CALLS + 1);
  });
});

describe.each(connections)('batches under load, %s', (_, options) => {
  beforeEach(() => open(options()));

  it('ER-4 count exactly while connections break and scripts are flushed', async () => {
    let isOn = true;
    const calling = keepCalling(
      CALLERS,
      (caller) => storage.increment(`total:${caller % 10}`),
      () => isOn,
    );
    for (let round = 0; round < 20; round += 1) {
      await admin.config('RESETSTAT');
      await eventually(async () => /cmdstat_incrby:calls=\d{4}/.test(await admin.info('commandstats')));
      if (round % 2 === 0) await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes');
      else await admin.script('FLUSH');
    }
    isOn = false;
    const outcomes = await calling;
    const counters = Array.from({ length: 10 }, (_, index) => `fsm#total:${index}`);
    const total = (await admin.mget(counters)).reduce((sum, text) => sum + Number(text), 0);
    expect(outcomes.unknown).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(outcomes.acknowledged);
    expect(total).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
  });

  it('ER-4 count exactly while scripts are flushed', async () => {
    let isOn = true;
    const calling = keepCalling(
      CALLERS,
      () => storage.increment('total'),
      () => isOn,
    );
    for (let round = 0; round < 20; round += 1) {
      await admin.config('RESETSTAT');
      await eventually(async () => /cmdstat_incrby:calls=\d{4}/.test(await admin.info('commandstats')));
      await admin.script('FLUSH');
    }
    isOn = false;
    const outcomes = await calling;
    expect(outcomes).toMatchObject({ unknown: 0, notApplied: 0 });
    expect(await admin.get('fsm#total')).toBe(`${outcomes.acknowledged}`);
  });
});
