import { beforeEach, describe, expect, it } from '@jest/globals';
import { LockQueue } from '../../../../src/backends/typeorm/lock-queue.js';

const BUSY = new Error('busy');

describe('LockQueue', () => {
  let now: number;
  let queue: LockQueue;

  beforeEach(() => {
    now = 0;
    queue = new LockQueue({
      busyTimeoutMs: 100,
      isBusy: (error) => error === BUSY,
      now: () => now,
      pause: async () => {
        now += 10;
      },
    });
  });

  /** Fails as busy so many times, then answers. */
  function busyFor(times: number): () => Promise<string> {
    let left = times;
    return async () => {
      left -= 1;
      if (left >= 0) throw BUSY;
      return 'done';
    };
  }

  it('ER-4 tries again until the lock is let go', async () => {
    await expect(queue.run(busyFor(10))).resolves.toBe('done');
    expect(now).toBe(100);
  });

  it('ER-4 gives up with the last failure once the time is over', async () => {
    await expect(queue.run(busyFor(11))).rejects.toBe(BUSY);
  });

  it('passes any other failure on at once', async () => {
    const failure = new Error('disk full');
    await expect(queue.run(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(now).toBe(0);
  });

  it('CNT-1 never has two attempts under way, and keeps the order of arrival', async () => {
    const events: string[] = [];
    const attempt = (name: string, busy: number) => {
      const answer = busyFor(busy);
      return async (): Promise<string> => {
        events.push(`${name} begins`);
        await Promise.resolve();
        try {
          return await answer();
        } finally {
          events.push(`${name} ends`);
        }
      };
    };
    await Promise.all([queue.run(attempt('a', 1)), queue.run(attempt('b', 0)), queue.run(attempt('c', 0))]);
    expect(events).toEqual(['a', 'a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('goes on after one that failed', async () => {
    const failed = queue.run(() => Promise.reject(new Error('first')));
    const next = queue.run(busyFor(0));
    await expect(failed).rejects.toThrow('first');
    await expect(next).resolves.toBe('done');
  });

  it('makes all that arrived together give up together', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => queue.run(busyFor(Infinity))));
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
    expect(now).toBe(100);
  });

  it('does not take a long line that moves for a lock that is kept', async () => {
    const results = await Promise.all(Array.from({ length: 30 }, () => queue.run(busyFor(5))));
    expect(results).toEqual(Array.from({ length: 30 }, () => 'done'));
  });

  it('waits a few milliseconds by the machine’s own clock where nothing else is given', async () => {
    const real = new LockQueue({ busyTimeoutMs: 1000, isBusy: (error) => error === BUSY });
    await expect(real.run(busyFor(2))).resolves.toBe('done');
  });
});
