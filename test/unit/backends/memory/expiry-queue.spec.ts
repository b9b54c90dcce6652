import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Expiring, ExpiryQueue } from '../../../../src/backends/memory/expiry-queue.js';

interface Item extends Expiring {
  readonly name: number;
}

const newItem = (name: number): Item => ({ name, expiresAt: null, queuedUntil: 0, queueIndex: -1 });

const step = fc.oneof(
  fc.record({
    kind: fc.constant('track' as const),
    name: fc.nat(9),
    until: fc.option(fc.integer({ min: 1, max: 60 })),
  }),
  fc.record({ kind: fc.constant('forget' as const), name: fc.nat(9) }),
  fc.record({ kind: fc.constant('take' as const), by: fc.nat(20) }),
);

describe('ExpiryQueue', () => {
  it('TTL-5 returns exactly the entries whose deadline has passed, however deadlines moved', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new ExpiryQueue<Item>();
        const items = Array.from({ length: 10 }, (_, name) => newItem(name));
        const due = new Map<number, number>();
        let now = 0;
        for (const action of steps) {
          if (action.kind === 'take') {
            now += action.by;
            const expected = [...due].filter(([, until]) => until <= now).map(([name]) => name);
            const taken: number[] = [];
            for (let item = queue.takeExpired(now); item !== undefined; item = queue.takeExpired(now)) {
              taken.push(item.name);
              due.delete(item.name);
            }
            expect(taken.sort()).toEqual(expected.sort());
            continue;
          }
          const item = items[action.name];
          if (item === undefined) throw new Error('unreachable');
          if (action.kind === 'forget') {
            queue.forget(item);
            due.delete(item.name);
          } else {
            item.expiresAt = action.until === null ? null : now + action.until;
            queue.track(item);
            if (item.expiresAt === null) due.delete(item.name);
            else due.set(item.name, item.expiresAt);
          }
        }
        expect(queue.size).toBe(due.size);
      }),
      { numRuns: 500 },
    );
  });

  it('terminates although the clock returns NaN', () => {
    const queue = new ExpiryQueue<Item>();
    for (const until of [NaN, 5, NaN]) {
      const item = newItem(0);
      item.expiresAt = until;
      queue.track(item);
    }
    expect(() => {
      for (const now of [NaN, 10, 10, 10]) queue.takeExpired(now);
    }).not.toThrow();
  });

  it('TTL-4 holds an entry once, however often its deadline moves', () => {
    const queue = new ExpiryQueue<Item>();
    const item = newItem(0);
    for (let until = 1; until <= 1000; until += 1) {
      item.expiresAt = until % 2 === 0 ? until : 2000 - until;
      queue.track(item);
    }
    expect(queue.size).toBe(1);
    expect(queue.takeExpired(999)).toBeUndefined();
    expect(queue.takeExpired(1000)).toBe(item);
  });
});
