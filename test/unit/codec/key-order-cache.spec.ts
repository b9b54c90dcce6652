import { describe, expect, it } from '@jest/globals';
import { toCanonicalJson } from '../../../src/codec/canonical-json.js';
import { orderMembers } from '../../../src/codec/key-order-cache.js';

function orderOf(object: object): string[] {
  return orderMembers(object).map(({ key }) => key);
}

function objectOf(keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, 1]));
}

describe('order of members', () => {
  it('FMT-1 is by UTF-16 code units, whatever the order they came in', () => {
    const keys = ['b', 'a', 'B', '\u{10000}', '\ufb33', 'aa', '__proto__x', ''];
    const sorted = [...keys].sort();
    expect(orderOf(objectOf(keys))).toEqual(sorted);
    expect(orderOf(objectOf([...keys].reverse()))).toEqual(sorted);
    expect(orderOf({})).toEqual([]);
  });

  it('FMT-1 tells shapes apart that begin alike or are each other’s beginning', () => {
    const shapes = [['z'], ['z', 'a'], ['z', 'b'], ['z', 'a', 'b'], ['z', 'b', 'a'], ['y', 'z']];
    for (let round = 0; round < 3; round += 1) {
      for (const keys of shapes) expect(orderOf(objectOf(keys))).toEqual([...keys].sort());
    }
  });

  it('remembers a shape that comes again', () => {
    expect(orderMembers({ remembered: 1, again: 2 })).toBe(orderMembers({ remembered: 3, again: 4 }));
  });

  it('does not remember keys that are data: many, or long ones', () => {
    const many = Array.from({ length: 25 }, (_, index) => `user${index}`);
    const long = ['x'.repeat(65), 'a'];
    for (const keys of [many, long]) {
      expect(orderMembers(objectOf(keys))).not.toBe(orderMembers(objectOf(keys)));
      expect(orderOf(objectOf(keys))).toEqual([...keys].sort());
    }
  });

  it('begins anew when full: ever new shapes take no more memory, and are in order all the same', () => {
    const [first] = [orderMembers({ forgotten: 1, later: 2 })];
    for (let index = 0; index < 600; index += 1) expect(orderOf({ [`k${index}`]: 1, a: 2 })[0]).toBe('a');
    expect(orderMembers({ forgotten: 1, later: 2 })).not.toBe(first);
    const begun = orderMembers({ same: 1 });
    for (let index = 0; index < 9; index += 1) expect(orderOf({ same: 1, [`k${index}`]: 2 })).toHaveLength(2);
    expect(orderMembers({ same: 1 })).not.toBe(begun);
  });

  it('ST-2 names the key that is refused, the first time and the next', () => {
    const document = { data: { good: 1, 'bad\ud800': 2 } };
    for (let round = 0; round < 2; round += 1) {
      expect(() => toCanonicalJson(document, { root: 'state', maxBytes: 1000 })).toThrow(
        expect.objectContaining({
          code: 'INVALID_STATE',
          message: expect.stringContaining('state.data["bad\\ud800"]'),
        }),
      );
    }
  });
});
