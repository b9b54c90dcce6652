import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setImmediate as nextTick } from 'node:timers/promises';
import { Sweeper } from '../../../src/storage/sweeper.js';

describe('Sweeper', () => {
  // Batches are a real turn of the event loop apart; only the interval is made up.
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
  afterEach(() => void jest.useRealTimers());

  it('TTL-5 sweeps at each interval, and continues while batches are full', async () => {
    const left = [500, 500, 20, 0];
    const limits: number[] = [];
    const sweeper = new Sweeper(
      (limit) => {
        limits.push(limit);
        return left.shift() ?? 0;
      },
      1000,
      () => {},
    );
    sweeper.start();
    expect(limits).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1000);
    for (let turn = 0; turn < 5; turn += 1) await nextTick();
    expect(limits).toEqual([500, 500, 500]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(limits).toHaveLength(4);
    await sweeper.stop();
    await jest.advanceTimersByTimeAsync(5000);
    expect(limits).toHaveLength(4);
  });

  it('TTL-5 reports a failure and sweeps again next time', async () => {
    const failure = new Error('locked');
    const reported: unknown[] = [];
    const sweep = jest.fn<() => number>().mockImplementationOnce(() => {
      throw failure;
    });
    const sweeper = new Sweeper(sweep, 1000, (error) => reported.push(error));
    sweeper.start();
    await jest.advanceTimersByTimeAsync(2000);
    expect(reported).toEqual([failure]);
    expect(sweep).toHaveBeenCalledTimes(2);
    await sweeper.stop();
  });

  it('LC-1 stops after the batch that is running', async () => {
    let finish: (count: number) => void = () => {};
    const sweep = jest.fn(() => new Promise<number>((resolve) => (finish = resolve)));
    const sweeper = new Sweeper(sweep, 1000, () => {});
    sweeper.start();
    await jest.advanceTimersByTimeAsync(1000);
    const stopping = sweeper.stop();
    finish(500);
    await stopping;
    await jest.advanceTimersByTimeAsync(5000);
    expect(sweep).toHaveBeenCalledTimes(1);
  });
});
