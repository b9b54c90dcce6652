import { describe, expect, it } from '@jest/globals';
import { toPrivateCopy } from '../../../src/codec/document-copy.js';
import { StateTooLargeError } from '../../../src/errors/usage-errors.js';
import { countSteps } from '../../support/count-steps.js';
import { orderMembers, toCanonicalJson } from '../../../src/codec/canonical-json.js';

const UNLIMITED = { root: 'state', maxBytes: Infinity };

function orderOf(object: object): string[] {
  return orderMembers(object, UNLIMITED).map(({ key }) => key);
}

function objectOf(keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, 1]));
}

describe('order of members', () => {
  it('FMT-1 sorts members by UTF-16 code units, whatever their order in the object', () => {
    const keys = ['b', 'a', 'B', '\u{10000}', '\ufb33', 'aa', '__proto__x', ''];
    const sorted = [...keys].sort();
    expect(orderOf(objectOf(keys))).toEqual(sorted);
    expect(orderOf(objectOf([...keys].reverse()))).toEqual(sorted);
    expect(orderOf({})).toEqual([]);
  });

  it('FMT-1 distinguishes shapes that start with the same keys', () => {
    const shapes = [['z'], ['z', 'a'], ['z', 'b'], ['z', 'a', 'b'], ['z', 'b', 'a'], ['y', 'z']];
    for (let round = 0; round < 3; round += 1) {
      for (const keys of shapes) expect(orderOf(objectOf(keys))).toEqual([...keys].sort());
    }
  });

  it('caches the order of a shape', () => {
    expect(orderMembers({ remembered: 1, again: 2 }, UNLIMITED)).toBe(
      orderMembers({ remembered: 3, again: 4 }, UNLIMITED),
    );
  });

  it('does not cache shapes with many or long keys', () => {
    const many = Array.from({ length: 25 }, (_, index) => `user${index}`);
    const long = ['x'.repeat(65), 'a'];
    for (const keys of [many, long]) {
      expect(orderMembers(objectOf(keys), UNLIMITED)).not.toBe(orderMembers(objectOf(keys), UNLIMITED));
      expect(orderOf(objectOf(keys))).toEqual([...keys].sort());
    }
  });

  it('starts empty when full, so ever new shapes take no more memory and are still sorted', () => {
    const [first] = [orderMembers({ evicted: 1, later: 2 }, UNLIMITED)];
    for (let index = 0; index < 600; index += 1) expect(orderOf({ [`k${index}`]: 1, a: 2 })[0]).toBe('a');
    expect(orderMembers({ evicted: 1, later: 2 }, UNLIMITED)).not.toBe(first);
    const cached = orderMembers({ same: 1 }, UNLIMITED);
    for (let index = 0; index < 9; index += 1) expect(orderOf({ same: 1, [`k${index}`]: 2 })).toHaveLength(2);
    expect(orderMembers({ same: 1 }, UNLIMITED)).not.toBe(cached);
  });

  it('ST-2 names the rejected key, the first time and the next', () => {
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

describe('a document that is far too large', () => {
  const maxBytes = 10_000;

  it.each(['many keys', 'a long array', 'many keys, each with a document'] as const)(
    'ST-3 is rejected at the limit: %s',
    async (reject) => {
      for (const by of ['toCanonicalJson', 'toPrivateCopy'] as const) {
        const steps = await countSteps({ reject, by, maxBytes });
        expect(steps).toBeGreaterThan(0);
        expect(steps).toBeLessThan(2 * maxBytes);
      }
    },
  );

  it('ST-3 fits or not by the exact size, however many keys it has', () => {
    const document = objectOf(Array.from({ length: 100 }, (_, index) => `k${index}`));
    const size = JSON.stringify(document).length;
    for (const encode of [toCanonicalJson, toPrivateCopy]) {
      expect(errorOf(() => encode(document, { root: 'state', maxBytes: size }))).toBeUndefined();
      expect(errorOf(() => encode(document, { root: 'state', maxBytes: size - 1 }))).toBeInstanceOf(StateTooLargeError);
    }
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}
