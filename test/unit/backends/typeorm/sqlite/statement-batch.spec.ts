import { describe, expect, it } from '@jest/globals';
import type { SqlCommand } from '../../../../../src/backends/typeorm/dialect/dialect.js';
import { createSqliteDialect } from '../../../../../src/backends/typeorm/sqlite/dialect.js';
import {
  type QueuedCommand,
  type SqliteSessionSettings,
  takeBatch,
} from '../../../../../src/backends/typeorm/sqlite/statement-batch.js';

const dialect = createSqliteDialect();

const SESSION: SqliteSessionSettings = {
  queryRunner: { query: async () => ({ records: [] }) },
  dialect,
  clock: { now: () => 0 },
  location: 'here',
  busyTimeoutMs: 0,
};

function queued<Row, Result>(command: SqlCommand<Row, Result>, row: unknown): QueuedCommand {
  const caller = {
    resolve: () => {},
    reject: () => {},
    blockedSince: undefined,
    mustRunSingly: false,
    isSettled: false,
  };
  return { session: SESSION, command, row, ...caller };
}

function rowOf(identifier: string, more: object = {}): object {
  return { key: { namespace: 'fsm', kind: 'state', identifier }, state: '{}', expiresAt: null, ...more };
}

const write = (identifier: string, text = '{}'): QueuedCommand => {
  return queued(dialect.write.replace, rowOf(identifier, { state: text }));
};
const remove = (identifier: string): QueuedCommand => queued(dialect.remove.state, rowOf(identifier));
const swap = (identifier: string): QueuedCommand => {
  return queued(dialect.replaceIfEqual.replace, rowOf(identifier, { expected: '{}' }));
};
const add = (amount: number, expiresAt: number | null = null): QueuedCommand => {
  return queued(dialect.increment.keep, rowOf('n', { amount, expiresAt }));
};

/** The indexes of the waiting commands that are taken. */
function taken(waiting: readonly QueuedCommand[], now = 0): number[] {
  return takeBatch(waiting, now).commands.map((each) => waiting.indexOf(each));
}

describe('takeBatch', () => {
  it('takes all of the first one’s kind', () => {
    expect(taken([write('a'), remove('b'), write('c'), swap('d'), write('e')])).toEqual([0, 2, 4]);
  });

  it('takes nothing past a command of another kind on the same identifier', () => {
    expect(taken([write('a'), remove('b'), write('b'), write('c'), write('b')])).toEqual([0, 3]);
  });

  it('takes nothing past a command on all identifiers', () => {
    const sweep = queued(dialect.sweepBatch, { kind: 'state', limit: 1 });
    expect(taken([write('a'), write('b'), sweep, write('c')])).toEqual([0, 1]);
    expect(taken([sweep, write('c')])).toEqual([0]);
  });

  it('takes two compare-and-sets on one identifier one after the other', () => {
    expect(taken([swap('a'), swap('a'), swap('b'), swap('a')])).toEqual([0, 2]);
  });

  it('takes commands of another storage in a separate batch', () => {
    const other = { ...write('b'), session: { ...SESSION } };
    expect(taken([write('a'), other, write('c')])).toEqual([0, 2]);
  });

  it('takes a command that must run singly alone', () => {
    const alone = { ...write('a'), mustRunSingly: true };
    expect(taken([alone, write('b')])).toEqual([0]);
    expect(taken([write('b'), alone, write('a'), write('c')])).toEqual([0, 3]);
  });

  it('takes at most 512, however many wait', () => {
    const many = Array.from({ length: 3000 }, (_, index) => write(`k${index}`));
    expect(taken(many)).toEqual(Array.from({ length: 512 }, (_, index) => index));
    const crowd = Array.from({ length: 3000 }, () => add(1));
    expect(takeBatch(crowd, 0)).toMatchObject({ commands: { length: 512 }, rows: [{ amount: 512 }] });
  });

  it('inspects 1024 of those waiting, so that a batch that finds little costs little', () => {
    const swaps = Array.from({ length: 1023 }, () => swap('a'));
    expect(taken([...swaps, swap('b'), swap('c')])).toEqual([0, 1023]);
  });

  it('takes as many characters as do not hold up the event loop, and one that is longer alone', () => {
    const long = 'x'.repeat(100_000);
    expect(taken([write('a', long), write('b', long), write('c', long), write('d')])).toEqual([0, 1, 3]);
    expect(taken([write('a', 'x'.repeat(1_000_000)), write('b')])).toEqual([0]);
  });

  it('adds up amounts of one sign only, which stay in between, and only while sums are exact', () => {
    expect(taken([add(1), add(0), add(2), add(-1), add(1)])).toEqual([0, 1, 2]);
    expect(taken([add(-1), add(-2), add(0)])).toEqual([0, 1]);
    expect(taken([add(Number.MAX_SAFE_INTEGER), add(1)])).toEqual([0]);
  });

  it('adds nothing to an amount whose deadline has passed while it waited', () => {
    expect(taken([add(1, 10), add(1, 10)], 9)).toEqual([0, 1]);
    expect(taken([add(1, 10), add(1, 10)], 10)).toEqual([0]);
  });
});
