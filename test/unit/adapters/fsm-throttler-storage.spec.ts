import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { DRIVER_VERBS } from '../../../src/contract/operations.js';
import type { StorageKey, WriteExpiry } from '../../../src/contract/storage-driver.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';
import {
  type FsmThrottlerStorageOptions,
  FsmThrottlerStorage,
} from '../../../src/adapters/throttler/fsm-throttler-storage.js';

const MINUTE_MS = 60_000;

let clock: FakeClock;
let storage: MemoryStorage;
let throttler: FsmThrottlerStorage;

beforeEach(async () => {
  clock = new FakeClock();
  storage = new MemoryStorage({ clock });
  await storage.start();
  throttler = new FsmThrottlerStorage(storage);
});

afterEach(() => storage.stop());

/** A server so far away that a minute passes with each increment. */
class SlowDriver extends MemoryDriver {
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    super();
    this.#clock = clock;
  }

  override increment(key: StorageKey, amount: number, expiry: WriteExpiry): number | 'overflow' {
    const total = super.increment(key, amount, expiry);
    if (expiry.onLive === 'keep') this.#clock.advance(MINUTE_MS);
    return total;
  }
}

/** A request of one tracker: three a minute are allowed. */
function hit(blockDuration = 0, options: { key?: string; name?: string } = {}) {
  return throttler.increment(options.key ?? 'tracker', MINUTE_MS, 3, blockDuration, options.name ?? 'default');
}

async function hitTimes(count: number, blockDuration = 0): Promise<void> {
  for (let index = 0; index < count; index += 1) await hit(blockDuration);
}

describe('FsmThrottlerStorage', () => {
  it('CNT-3 counts from the first request of a window to its end, and returns the seconds left rounded up', async () => {
    expect(await hit()).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    clock.advance(20_500);
    expect(await hit()).toEqual({ totalHits: 2, timeToExpire: 40, isBlocked: false, timeToBlockExpire: 0 });
    clock.advance(39_499);
    expect(await hit()).toMatchObject({ totalHits: 3, timeToExpire: 1 });
    clock.advance(1);
    expect(await hit()).toMatchObject({ totalHits: 1, timeToExpire: 60 });
  });

  it('rejects requests over the limit until the window ends, without a block duration', async () => {
    await hitTimes(3);
    clock.advance(45_000);
    expect(await hit()).toEqual({ totalHits: 4, timeToExpire: 15, isBlocked: true, timeToBlockExpire: 15 });
    clock.advance(15_000);
    expect(await hit()).toMatchObject({ totalHits: 1, isBlocked: false });
  });

  it('blocks longer than the window, also if requests arrive meanwhile', async () => {
    await hitTimes(3, 5 * MINUTE_MS);
    clock.advance(30_000);
    expect(await hit(5 * MINUTE_MS)).toMatchObject({ isBlocked: true, timeToBlockExpire: 300 });
    clock.advance(2 * MINUTE_MS);
    expect(await hit(5 * MINUTE_MS)).toEqual({
      totalHits: 4,
      timeToExpire: 180,
      isBlocked: true,
      timeToBlockExpire: 180,
    });
    clock.advance(3 * MINUTE_MS);
    expect(await hit(5 * MINUTE_MS)).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
  });

  it('starts anew after a block that is shorter than the window', async () => {
    await hitTimes(4, 10_000);
    clock.advance(9_999);
    expect(await hit(10_000)).toMatchObject({ isBlocked: true, timeToBlockExpire: 1 });
    clock.advance(1);
    expect(await hit(10_000)).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
  });

  it('CNT-1 admits exactly the limit when many processes count concurrently', async () => {
    const processes = Array.from({ length: 20 }, () => new FsmThrottlerStorage(storage));
    const hits = await Promise.all(
      processes.map((process) => process.increment('tracker', MINUTE_MS, 7, MINUTE_MS, 'default')),
    );
    expect(hits.filter((record) => !record.isBlocked)).toHaveLength(7);
    expect(new Set(hits.filter((record) => !record.isBlocked).map((record) => record.totalHits)).size).toBe(7);
  });

  it('keeps trackers and throttlers apart', async () => {
    await hitTimes(4, MINUTE_MS);
    expect(await hit(MINUTE_MS, { key: 'other' })).toMatchObject({ totalHits: 1 });
    expect(await hit(MINUTE_MS, { name: 'long' })).toMatchObject({ totalHits: 1 });
    expect(await hit(MINUTE_MS)).toMatchObject({ isBlocked: true });
  });

  it.each([['\0'], ['\ud800'], ['x'.repeat(5000)], ['']])('ID-1 takes any key, such as %j', async (key) => {
    expect(await hit(0, { key })).toMatchObject({ totalHits: 1 });
    expect(await hit(0, { key })).toMatchObject({ totalHits: 2 });
  });

  it('takes a window of 0 for the shortest there is, not for one without end', async () => {
    expect(await throttler.increment('tracker', 0, 3, 0, 'default')).toMatchObject({ totalHits: 1 });
    clock.advance(1);
    expect(await throttler.increment('tracker', 0, 3, 0, 'default')).toMatchObject({ totalHits: 1 });
  });

  it.each([
    [0, 3, 0],
    [0, 0, 0],
    [0, 0, 60_000],
    [60_000, 0, 0],
    [60_000, 0, 60_000],
    [60_000, 0, 1],
    [1, 1, 1],
  ])(
    'RTE-3 ends after a few commands with ttl %d, limit %d and block %d, however slow the server is',
    async (...rule) => {
      const [ttl, limit, blockDuration] = rule;
      // Every command takes longer than the window.
      const driver = new FaultyDriver(new SlowDriver(clock));
      const slow = new FsmStorage(driver, { clock });
      await slow.start();
      const throttlers = [new FsmThrottlerStorage(slow), new FsmThrottlerStorage(slow)];
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(throttlers.map((each) => each.increment('tracker', ttl, limit, blockDuration, 'default')));
      }
      const commands = DRIVER_VERBS.reduce((sum, verb) => sum + driver.callsOf(verb), 0);
      expect(commands).toBeLessThanOrEqual(10 * 4 + 1);
      await slow.stop();
    },
  );

  it('RTE-3 blocks from the first request with limit 0', async () => {
    const record = await throttler.increment('tracker', MINUTE_MS, 0, 2 * MINUTE_MS, 'default');
    expect(record).toEqual({ totalHits: 1, timeToExpire: 120, isBlocked: true, timeToBlockExpire: 120 });
    clock.advance(MINUTE_MS);
    expect(await throttler.increment('tracker', MINUTE_MS, 0, 2 * MINUTE_MS, 'default')).toMatchObject({
      isBlocked: true,
      timeToBlockExpire: 60,
    });
  });

  it('RTE-3 blocks also when the window ends while the block starts', async () => {
    const slow = new FsmStorage(new SlowDriver(clock), { clock });
    await slow.start();
    const late = new FsmThrottlerStorage(slow);
    expect(await late.increment('tracker', 1, 0, 10 * MINUTE_MS, 'default')).toMatchObject({ isBlocked: true });
    expect(await late.increment('tracker', 1, 0, 10 * MINUTE_MS, 'default')).toMatchObject({
      totalHits: 1,
      isBlocked: true,
    });
    expect(await slow.listCounters()).toHaveLength(1);
    await slow.stop();
  });

  it('RTE-1 takes one increment and one read of its deadline for a request', async () => {
    const driver = new FaultyDriver(new MemoryDriver());
    const counted = new FsmStorage(driver, { clock });
    await counted.start();
    const each = new FsmThrottlerStorage(counted);
    for (let index = 0; index < 10; index += 1) await each.increment('tracker', MINUTE_MS, 5, MINUTE_MS, 'default');
    expect(driver.callsOf('increment')).toBe(10);
    expect(driver.callsOf('readTtl')).toBe(10);
    expect(driver.callsOf('writeTtl')).toBe(1);
    await counted.stop();
  });

  it('takes numbers that come as text from the environment', async () => {
    const text = (value: string): number => value as unknown as number;
    const record = await throttler.increment('tracker', text('60000'), text('1'), text('0'), 'default');
    expect(record).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    const next = await throttler.increment('tracker', text('60000'), text('1'), text('120000'), 'default');
    expect(next).toMatchObject({ isBlocked: true, timeToBlockExpire: 120 });
  });

  it.each([NaN, -1, Infinity, '', '1e3x', null, undefined, {}])('ER-2 rejects a ttl of %p', async (ttl) => {
    const call = throttler.increment('tracker', ttl as number, 1, 0, 'default');
    await expect(call).rejects.toThrow(/^ThrottlerModule: ttl: expected a number from 0 to/);
    expect(await storage.listCounters()).toEqual([]);
  });

  it('ER-2 reports all wrong numbers at once', async () => {
    await expect(throttler.increment('tracker', NaN, -1, -1, 'default')).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/^ttl/),
        expect.stringMatching(/^limit/),
        expect.stringMatching(/^blockDuration/),
      ],
    });
  });

  it('RTE-3 passes the error of a storage that fails, or allows the request', async () => {
    const driver = new FaultyDriver(new MemoryDriver());
    const failing = new FsmStorage(driver, { clock });
    await failing.start();
    driver.down();
    const call = (each: FsmThrottlerStorage) => each.increment('tracker', MINUTE_MS, 1, 0, 'default');
    await expect(call(new FsmThrottlerStorage(failing))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(call(new FsmThrottlerStorage(failing, { onUnavailable: 'allow' }))).resolves.toEqual({
      totalHits: 0,
      timeToExpire: 0,
      isBlocked: false,
      timeToBlockExpire: 0,
    });
    driver.up();
    await failing.stop();
    const stopped = new FsmThrottlerStorage(failing, { onUnavailable: 'allow' });
    await expect(call(stopped)).rejects.toMatchObject({ code: 'NOT_STARTED' });
  });

  it('ER-2 rejects wrong options', () => {
    const wrong = { onUnavailable: 'deny' } as unknown as FsmThrottlerStorageOptions;
    expect(() => new FsmThrottlerStorage(storage, wrong)).toThrow(/onUnavailable: expected 'reject' \| 'allow'/);
  });

  it('TTL-5 leaves no entry that never expires', async () => {
    await hitTimes(5, MINUTE_MS);
    clock.advance(2 * MINUTE_MS);
    expect([await storage.listKeys(), await storage.listCounters()]).toEqual([[], []]);
    expect(await storage.clearNamespace()).toBe(0);
  });
});
