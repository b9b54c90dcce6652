import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePattern } from '../../src/rules/identifier-pattern.js';
import { matchesReferencePattern } from '../../src/testing/reference/reference-pattern.js';

const PATTERN_PARTS = [
  '*',
  '*',
  '?',
  '[',
  ']',
  '^',
  '-',
  '\\',
  'a',
  'b',
  'c',
  'z',
  '!',
  '/',
  '\n',
  '😀',
  '\ud83d',
  'é',
] as const;

const pattern = fc.array(fc.constantFrom(...PATTERN_PARTS), { maxLength: 14 }).map((parts) => parts.join(''));
const identifier = fc
  .array(fc.constantFrom('a', 'b', 'c', 'z', '-', '^', ']', '[', '*', '\\', '/', '\n', '😀', '😁', 'é'), {
    maxLength: 10,
  })
  .map((parts) => parts.join(''));

describe('LS-2 a pattern', () => {
  it('LS-2 matches and rejects exactly as its definition says', () => {
    fc.assert(
      fc.property(pattern, identifier, (glob, text) => {
        expect(outcome(() => parsePattern(glob).matches(text))).toEqual(
          outcome(() => matchesReferencePattern(glob, text)),
        );
      }),
      { numRuns: 20_000 },
    );
  });

  it('LS-2 matches only identifiers that start with its literal prefix', () => {
    fc.assert(
      fc.property(pattern, identifier, (glob, text) => {
        fc.pre(outcome(() => parsePattern(glob).matches(text)) === true);
        expect(text.startsWith(parsePattern(glob).literalPrefix)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('LS-2 matches in linear time even patterns that cause exponential backtracking', () => {
    const text = 'a'.repeat(500);
    for (const glob of [
      '*a'.repeat(200) + 'b',
      '*?'.repeat(200) + 'b',
      '*[^b]'.repeat(200) + 'b',
      '*'.repeat(10_000) + 'b',
    ]) {
      expect(parsePattern(glob).matches(text)).toBe(false);
      expect(parsePattern(glob).matches(`${text}b`)).toBe(true);
    }
  });
});

function outcome(match: () => boolean): unknown {
  try {
    return match();
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}
