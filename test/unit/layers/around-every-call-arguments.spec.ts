import { describe, expect, it } from '@jest/globals';
import { DRIVER_VERBS, type DriverVerb } from '../../../src/contract/operations.js';
import type { StorageDriver } from '../../../src/contract/storage-driver.js';
import { aroundEveryCall } from '../../../src/layers/around-every-call.js';

const KEY = Object.freeze({ namespace: 'orders', kind: 'counter', identifier: 'a' });

/** What each verb is called with; each value another one, so that none is taken for its neighbour. */
const ARGUMENTS: Readonly<Record<DriverVerb, readonly unknown[]>> = {
  open: [{ clock: {} }],
  close: [],
  ping: [],
  read: [KEY],
  readMany: ['orders', ['a', 'b']],
  write: [KEY, { state: 1 }],
  remove: [KEY],
  compareAndSet: [KEY, { state: 1 }, { state: 2 }],
  increment: [KEY, 7, { ttlMs: 5 }],
  readCounter: [KEY],
  readTtl: [KEY],
  writeTtl: [KEY, { ttlMs: 6 }],
  scan: ['orders', 'prefix:'],
  clear: ['orders'],
  sweep: [500],
};

const BATCHED: ReadonlySet<DriverVerb> = new Set(['scan', 'clear'] as const);

async function* twice<T>(batch: T): AsyncGenerator<T> {
  yield batch;
  yield batch;
}

/** Notes how it was called, and gives back something that is its own. */
function notingDriver(notes: unknown[][], answers: Map<DriverVerb, object>): StorageDriver {
  const verbs = DRIVER_VERBS.map((verb) => {
    const answer = {};
    answers.set(verb, answer);
    const call = (...given: unknown[]): unknown => {
      notes.push([verb, ...given]);
      return BATCHED.has(verb) ? twice(answer) : answer;
    };
    return [verb, call] as const;
  });
  return Object.fromEntries(verbs) as unknown as StorageDriver;
}

describe('a layer that only proceeds', () => {
  it.each(DRIVER_VERBS)('passes on the arguments and the result of %s', async (verb) => {
    const notes: unknown[][] = [];
    const answers = new Map<DriverVerb, object>();
    const layered = aroundEveryCall(notingDriver(notes, answers), (_, proceed) => proceed());
    const answer: unknown = Reflect.apply(layered[verb], layered, ARGUMENTS[verb]);
    if (BATCHED.has(verb)) {
      const batches: unknown[] = [];
      for await (const batch of answer as AsyncIterable<unknown>) batches.push(batch);
      expect(batches).toEqual([answers.get(verb), answers.get(verb)]);
    } else {
      expect(answer).toBe(answers.get(verb));
    }
    expect(notes).toEqual([[verb, ...ARGUMENTS[verb]]]);
  });
});
