import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IdentifierOrder } from '../../../../src/backends/memory/sorted-identifiers.js';

const identifier = fc.string({ unit: fc.constantFrom('a', 'b', ':', 'é', '\u{1F600}'), minLength: 1, maxLength: 6 });
const change = fc.record({ kind: fc.constantFrom('add', 'add', 'add', 'delete'), identifier });

/** All that start with a prefix, read in pages of `limit`. */
function read(order: IdentifierOrder, prefix: string, limit: number): string[] {
  const found: string[] = [];
  for (let from = prefix; ; from = `${found.at(-1)}\0`) {
    const page = order.page(prefix, from, limit);
    found.push(...page);
    if (page.length < limit) return found;
  }
}

describe('IdentifierOrder', () => {
  it('gives what a sorted set of the same identifiers holds, whatever came and went', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.string({ maxLength: 2 }),
        fc.nat(4),
        (changes, prefix, more) => {
          const order = new IdentifierOrder();
          const set = new Set<string>();
          for (const { kind, identifier } of changes) {
            order[kind](identifier);
            set[kind](identifier);
          }
          for (const asked of [prefix, 'a', 'b:', '']) {
            expect(read(order, asked, more + 1)).toEqual([...set].filter((one) => one.startsWith(asked)).sort());
          }
        },
      ),
    );
  });

  it('holds many more than a block does, added in any order and twice', () => {
    const order = new IdentifierOrder();
    const all = Array.from({ length: 5000 }, (_, index) => `chat:${(index * 7919) % 5000}`);
    for (const one of [...all, ...all]) order.add(one);
    for (const one of all.filter((_, index) => index % 3 === 0)) order.delete(one);

    const left = all.filter((_, index) => index % 3 !== 0).sort();
    expect(read(order, 'chat:', 1000)).toEqual(left);
    expect(read(order, 'chat:49', 1000)).toEqual(left.filter((one) => one.startsWith('chat:49')));
    for (const one of left) order.delete(one);
    expect(read(order, '', 1000)).toEqual([]);
  });
});
