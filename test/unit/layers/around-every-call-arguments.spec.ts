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
  scan: ['orders', 'prefix:', 'counter'],
  clear: ['orders'],
  sweep: [500],
};

const BATCHED: ReadonlySet<DriverVerb> = new Set(['scan', 'clear'] as const);

async function* twice<T>(batch: T): AsyncGenerator<T> {
  yield batch;
  yield batch;
}

/** Records its calls in `notes`; every verb returns a different object, stored in `results`. */
function notingDriver(notes: unknown[][], results: Map<DriverVerb, object>): StorageDriver {
  const verbs = DRIVER_VERBS.map((verb) => {
    const result = {};
    results.set(verb, result);
    const call = (...given: unknown[]): unknown => {
      notes.push([verb, ...given]);
      return BATCHED.has(verb) ? twice(result) : result;
    };
    return [verb, call] as const;
  });
  return Object.fromEntries(verbs) as unknown as StorageDriver;
}

describe('a layer that only proceeds', () => {
  it.each(DRIVER_VERBS)('passes on the arguments and the result of %s', async (verb) => {
    const notes: unknown[][] = [];
    const results = new Map<DriverVerb, object>();
    const layered = aroundEveryCall(notingDriver(notes, results), (_, proceed) => proceed());
    const result: unknown = Reflect.apply(layered[verb], layered, ARGUMENTS[verb]);
    if (BATCHED.has(verb)) {
      const batches: unknown[] = [];
      for await (const batch of result as AsyncIterable<unknown>) batches.push(batch);
      expect(batches).toEqual([results.get(verb), results.get(verb)]);
    } else {
      expect(result).toBe(results.get(verb));
    }
    expect(notes).toEqual([[verb, ...ARGUMENTS[verb]]]);
  });
});
