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

/** Segments of more than 32 characters over two letters, so that many partial matches are open at once. */
const longPattern = fc
  .array(
    fc.constantFrom(
      '*',
      'a',
      'a',
      'b',
      '?',
      '[ab]',
      'a'.repeat(31),
      'ab'.repeat(16),
      'a'.repeat(32),
      '[^b]'.repeat(33),
    ),
    {
      minLength: 1,
      maxLength: 12,
      size: 'max',
    },
  )
  .map((parts) => parts.join(''))
  .filter((glob) => glob.length <= 1024);
const longIdentifier = fc
  .array(fc.constantFrom('a', 'b', 'ab'.repeat(15), 'a'.repeat(30), 'a'.repeat(33), 'a'.repeat(64)), {
    minLength: 1,
    maxLength: 12,
    size: 'max',
  })
  .map((parts) => parts.join('').slice(0, 512));

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

  it('LS-2 matches long identifiers exactly as its definition says', () => {
    fc.assert(
      fc.property(longPattern, longIdentifier, (glob, text) => {
        expect(parsePattern(glob).matches(text)).toBe(matchesReferencePattern(glob, text));
      }),
      { numRuns: 2000 },
    );
  });
});

function outcome(match: () => boolean): unknown {
  try {
    return match();
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}
