import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identifierRange } from '../../../../../src/backends/typeorm/dialect/standard-statements.js';

/** The order SQLite compares texts in. */
function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

describe('identifierRange', () => {
  it.each([
    ['', null],
    ['a', 'b'],
    ['chat:', 'chat;'],
    ['a\u{10ffff}', 'b'],
    ['\u{10ffff}\u{10ffff}', null],
    ['\ud7ff', '\ue000'],
    ['\uffff', '\u{10000}'],
    ['%_\\', '%_]'],
  ])('ends the identifiers that begin with %j before %j', (prefix, end) => {
    expect(identifierRange(prefix)).toEqual({ start: prefix, isStartExcluded: false, end });
  });

  it('LS-1 holds exactly the texts that begin with the prefix', () => {
    const text = fc.string({ unit: 'binary', maxLength: 5 });
    const near = fc.constantFrom('', '\ud7ff', '\ue000', '\uffff', '\u{10ffff}', 'a', 'b');
    fc.assert(
      fc.property(text, near, text, near, (prefix, last, other, more) => {
        const { start, end } = identifierRange(prefix + last);
        for (const candidate of [other, prefix + other, prefix + more, prefix + last + other]) {
          const isInside = compareBytes(candidate, start) >= 0 && (end === null || compareBytes(candidate, end) < 0);
          expect(isInside).toBe(candidate.startsWith(prefix + last));
        }
      }),
    );
  });
});
