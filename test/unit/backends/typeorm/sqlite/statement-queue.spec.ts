import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StatementResult } from '../../../../../src/backends/typeorm/dialect/typeorm-types.js';
import type { SqlCommand } from '../../../../../src/backends/typeorm/dialect/dialect.js';
import { createSqliteDialect } from '../../../../../src/backends/typeorm/sqlite/dialect.js';
import type { SqliteSessionSettings } from '../../../../../src/backends/typeorm/sqlite/statement-batch.js';
import { StatementQueue } from '../../../../../src/backends/typeorm/sqlite/statement-queue.js';

const BUSY = Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' });
const DONE: StatementResult = { records: [] };

/** Sends its row instead of SQL. */
const command: SqlCommand<string, string> = {
  single: (row) => ({ sql: row, parameters: [], read: () => 'done' }),
};

describe('StatementQueue', () => {
  let now: number;
  let queue: StatementQueue;

  beforeEach(() => {
    now = 0;
    const pause = async (): Promise<void> => {
      now += 10;
    };
    queue = new StatementQueue({ effect: 'write', now: () => now, pause });
  });

  /** A session whose connection replies with `query`. */
  function sessionOf(query: (sql: string) => Promise<StatementResult>, busyTimeoutMs = 100): SqliteSessionSettings {
    const clock = { now: () => 0 };
    return { queryRunner: { query }, dialect: createSqliteDialect(), clock, location: 'here', busyTimeoutMs };
  }

  function add(query: (sql: string) => Promise<StatementResult>, row = 'statement'): Promise<unknown> {
    return queue.add(sessionOf(query), command, row);
  }

  /** Fails as busy `count` times, then succeeds. */
  function busyFor(count: number): () => Promise<StatementResult> {
    let left = count;
    return async () => {
      left -= 1;
      if (left >= 0) throw BUSY;
      return DONE;
    };
  }

  it('ER-4 tries again until the lock is released', async () => {
    await expect(add(busyFor(10))).resolves.toBe('done');
    expect(now).toBe(100);
  });

  it('ER-4 rejects with the last failure once the time is over', async () => {
    await expect(add(busyFor(11))).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied', cause: BUSY });
  });

  it('passes any other failure on at once', async () => {
    const failure = Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
    await expect(add(() => Promise.reject(failure))).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: failure });
    expect(now).toBe(0);
  });

  it('CNT-1 never has two statements under way, and keeps the order of arrival', async () => {
    const events: string[] = [];
    const recording = (count: number) => {
      const reply = busyFor(count);
      return async (name: string): Promise<StatementResult> => {
        events.push(`${name} begins`);
        await Promise.resolve();
        return reply().finally(() => events.push(`${name} ends`));
      };
    };
    await Promise.all([add(recording(1), 'a'), add(recording(0), 'b'), add(recording(0), 'c')]);
    expect(events).toEqual(['a', 'a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('goes on after one that failed', async () => {
    const failed = add(() => Promise.reject(new Error('first')));
    const next = add(busyFor(0));
    await expect(failed).rejects.toMatchObject({ outcome: 'unknown' });
    await expect(next).resolves.toBe('done');
  });

  it('goes on after a clock that failed', async () => {
    const clock = {
      now: (): number => {
        throw new Error('no time');
      },
    };
    const session = { ...sessionOf(busyFor(0)), clock };
    await expect(queue.add(session, command, 'statement')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(add(busyFor(0))).resolves.toBe('done');
  });

  it('times out all commands together that were queued together', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => add(busyFor(Infinity))));
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
    expect(now).toBe(100);
  });

  it('does not mistake a long queue that moves for a lock', async () => {
    const results = await Promise.all(Array.from({ length: 30 }, () => add(busyFor(5))));
    expect(results).toEqual(Array.from({ length: 30 }, () => 'done'));
  });

  it('waits a few milliseconds by the machine’s own clock where nothing else is given', async () => {
    queue = new StatementQueue({ effect: 'write' });
    // Long, since a machine that stands still for a moment must not use it up.
    await expect(queue.add(sessionOf(busyFor(2), 60_000), command, 'statement')).resolves.toBe('done');
  });
});
