import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { MAX_TIMER_MS } from '../../../src/toolkit/time-limit.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { InvalidOptionsError } from '../../../src/errors/usage-errors.js';
import { timeout } from '../../../src/layers/timeout.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { type DriverVerb } from '../../../src/contract/operations.js';
import { applyLayers } from '../../../src/storage/prepare-driver.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';
import { failureOf } from '../../support/fixtures.js';

const LATE: readonly (readonly [
  DriverVerb,
  'not-applied' | 'unknown',
  (storage: FsmStorage<StateDocument>) => Promise<unknown>,
])[] = [
  ['read', 'not-applied', (storage) => storage.getState('a')],
  ['readMany', 'not-applied', (storage) => storage.getStates(['a'])],
  ['readCounter', 'not-applied', (storage) => storage.getCounter('a')],
  ['readTtl', 'not-applied', (storage) => storage.getTtl('a')],
  ['scan', 'not-applied', (storage) => storage.listKeys()],
  ['write', 'unknown', (storage) => storage.setState('a', {})],
  ['remove', 'unknown', (storage) => storage.deleteState('a')],
  ['compareAndSet', 'unknown', (storage) => storage.compareAndSet('a', {})],
  ['increment', 'unknown', (storage) => storage.increment('a')],
  ['writeTtl', 'unknown', (storage) => storage.touch('a', 5)],
  ['clear', 'unknown', (storage) => storage.clearNamespace()],
];

let driver: FaultyDriver<StateDocument>;
let storage: FsmStorage<StateDocument>;
const unhandled: unknown[] = [];
const takeUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeEach(async () => {
  process.on('unhandledRejection', takeUnhandled);
  jest.useFakeTimers();
  driver = new FaultyDriver(new MemoryDriver());
  storage = new FsmStorage(driver, { layers: [timeout({ timeoutMs: 1000 })] });
  await storage.start();
});

afterEach(async () => {
  await storage.stop();
  jest.useRealTimers();
  process.off('unhandledRejection', takeUnhandled);
});

describe('timeout', () => {
  it.each(LATE)('ER-4 times out %s with the outcome %s and ignores its late result', async (verb, outcome, call) => {
    const settle = driver.delayNext(verb);
    const failure = failureOf(call(storage));
    await jest.advanceTimersByTimeAsync(1001);
    const advice = outcome === 'unknown' ? 'may have been applied: read before you try again' : 'Nothing was changed';
    const message = new RegExp(`^The memory driver did not finish ${verb} within 1000 ms .*${advice}\\.$`);
    expect(await failure).toMatchObject({ code: 'TIMEOUT', outcome, message: expect.stringMatching(message) });
    driver.down();
    settle(); // It fails now, after its caller has its error.
    jest.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(unhandled).toEqual([]);
  });

  it('HL-1 times out a health check', async () => {
    const layered = applyLayers(driver, [timeout({ timeoutMs: 1000 })]);
    const settle = driver.delayNext('ping');
    const failure = failureOf(() => layered.ping());
    await jest.advanceTimersByTimeAsync(1001);
    settle();
    expect(await failure).toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
  });

  it('ER-4 ignores a listing whose batch never comes, also the error of ending it', async () => {
    const stuck = new FsmStorage(new StuckListing(), { layers: [timeout({ timeoutMs: 1000 })] });
    await stuck.start();
    const failure = failureOf(stuck.listKeys());
    await jest.advanceTimersByTimeAsync(1001);
    expect(await failure).toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
    await stuck.stop();
    jest.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(unhandled).toEqual([]);
  });

  it('passes the result of a call in time unchanged, and leaves no timer', async () => {
    const settle = driver.delayNext('read');
    const state = storage.getState('a');
    await jest.advanceTimersByTimeAsync(999);
    settle();
    expect(await state).toBeNull();
    driver.failNext('read', new Error('ECONNRESET'));
    expect(await failureOf(storage.getState('a'))).toMatchObject({ code: 'UNAVAILABLE' });
    await storage.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('allows a listing to take longer than the limit of one batch', async () => {
    const slow = new FsmStorage(new SlowListing(), { layers: [timeout({ timeoutMs: 1000 })] });
    await slow.start();
    const keys = slow.listKeys();
    await jest.advanceTimersByTimeAsync(5000);
    expect(await keys).toEqual(['0', '1', '2', '3', '4']);
    await slow.stop();
  });

  it('limits neither start nor stop', async () => {
    const slow = new FaultyDriver(new MemoryDriver());
    const other = new FsmStorage(slow, { layers: [timeout({ timeoutMs: 10 })] });
    const [opened, closed] = [slow.delayNext('open'), slow.delayNext('close')];
    const start = other.start();
    await jest.advanceTimersByTimeAsync(5000);
    opened();
    await start;
    const stop = other.stop();
    await jest.advanceTimersByTimeAsync(5000);
    closed();
    await stop;
  });

  it('limits the sweep, so that a stop cannot wait for it forever', async () => {
    const errors: unknown[] = [];
    const other = new FsmStorage(driver, {
      sweepInterval: 10,
      layers: [timeout({ timeoutMs: 1000 })],
      onBackgroundError: (error) => errors.push(error),
    });
    await other.start();
    driver.delayNext('sweep');
    await jest.advanceTimersByTimeAsync(20);
    const stop = other.stop();
    await jest.advanceTimersByTimeAsync(1001);
    await stop;
    expect(errors).toEqual([expect.objectContaining({ code: 'TIMEOUT', outcome: 'unknown' })]);
  });

  it('after a stalled event loop settles replies that have arrived before it times out', async () => {
    jest.useRealTimers();
    class OneTurnLate extends MemoryDriver {
      override read(): never {
        // Due before the time limit, but handled only after it, as the reply of a server is.
        const arrival = new Promise<null>((resolve) => setTimeout(() => setImmediate(() => resolve(null)), 1));
        return arrival as never;
      }
    }
    const busy = new FsmStorage(new OneTurnLate(), { layers: [timeout({ timeoutMs: 20 })] });
    await busy.start();
    const state = failureOf(busy.getState('a'));
    const until = performance.now() + 40;
    while (performance.now() < until);
    expect(await state).toBe('no failure');
    await busy.stop();
  });

  it('ER-2 rejects wrong options', () => {
    for (const timeoutMs of [0, -1, 1.5, Number.NaN, MAX_TIMER_MS + 1, '5']) {
      expect(() => timeout({ timeoutMs: timeoutMs as number })).toThrow(InvalidOptionsError);
    }
    const list = Object.assign([], { timeoutMs: 5 });
    expect(() => timeout(list)).toThrow(/options: expected an object, got an array/);
    expect(timeout({ timeoutMs: MAX_TIMER_MS })).toMatchObject({ name: 'timeout' });
    expect(() => timeout({} as { timeoutMs: number })).toThrow(/timeoutMs: expected a whole number .* got undefined/);
  });
});

/** Never comes to its first batch, and fails to end. */
class StuckListing extends MemoryDriver {
  override scan(): never {
    const batches: AsyncIterator<string[]> = {
      next: () => new Promise(() => {}),
      return: () => Promise.reject(new Error('ECONNRESET')),
    };
    return { [Symbol.asyncIterator]: () => batches } as never;
  }
}

/** Takes 800 ms for each batch. */
class SlowListing extends MemoryDriver {
  override async *scan(): AsyncGenerator<string[]> {
    for (let batch = 0; batch < 5; batch += 1) {
      await new Promise((resolve) => setTimeout(resolve, 800));
      yield [`${batch}`];
    }
  }
}
