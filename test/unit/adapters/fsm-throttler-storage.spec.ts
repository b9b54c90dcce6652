import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { FsmThrottlerStorage } from '../../../src/adapters/throttler/fsm-throttler-storage.js';

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

  it('TTL-5 leaves no entry that never expires', async () => {
    await hitTimes(5, MINUTE_MS);
    clock.advance(2 * MINUTE_MS);
    expect(await storage.listKeys()).toEqual([]);
    expect(await storage.clearNamespace()).toBe(0);
  });
});
