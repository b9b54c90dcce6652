import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError, InvalidPatternError, InvalidStateError } from '../../../src/errors/usage-errors.js';
import { parsePattern } from '../../../src/rules/identifier-pattern.js';
import { readOptions } from '../../../src/rules/arguments.js';
import { toCanonicalJson } from '../../../src/codec/canonical-json.js';
import { OptionsReader } from '../../../src/toolkit/options-reader.js';
import { describeName, describeValue, quote } from '../../../src/toolkit/describe-value.js';

describe('describeValue', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [[1], 'an array'],
    [Number.NaN, 'the number NaN'],
    ['', 'an empty string'],
    ['secret', 'a string'],
    [1n, 'a bigint'],
    [Symbol('secret'), 'a symbol'],
    [true, 'a boolean'],
    [{ secret: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [new Date(), 'an instance of Date'],
    [{ constructor: 'secret' }, 'an object'],
  ])('ER-1 names the kind of %p and none of its content', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});

/** Of C0 and C1, bidirectional, a line separator, invisible, half a character. */
const HOSTILE = [
  '\n',
  '\u001b',
  '\u0085',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ud800',
];
const HUGE = 'x'.repeat(1_000_000);
const UNLIMITED = { root: 'state', maxBytes: Infinity };

describe('quote', () => {
  it('ER-1 shows a text in quotes, and only the start of a long one', () => {
    expect(quote('chat:é😀 "1"')).toBe('"chat:é😀 \\"1\\""');
    expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…" (81 characters)`);
    expect(describeName('ttl')).toBe('ttl');
    expect(describeName('a b')).toBe('"a b"');
  });

  it.each(HOSTILE)('ER-1 escapes %j', (character) => {
    expect(quote(`a${character}b`)).toMatch(/^"a\\(n|u[0-9a-f]{4})b"$/);
  });
});

describe('a message', () => {
  it.each(HOSTILE)('ER-1 shows %j as an escape, whatever part of it came from outside', (character) => {
    expect(new InvalidPatternError(`before${character}after`).message).toMatch(/^before\\u[0-9a-f]{4}after$/);
  });

  it('ER-1 is short, whatever came from outside, and keeps its end', () => {
    const { message } = new InvalidPatternError(`${HUGE} Do this.`);
    expect(message).toHaveLength(4000);
    expect(message).toMatch(/ Do this\.$/);
    expect(new InvalidPatternError('\u0085'.repeat(10_000)).message).toHaveLength(4000);
  });

  it.each([
    ['a key of a state', () => toCanonicalJson({ [HUGE]: { [HUGE]: Number.NaN } }, UNLIMITED)],
    ['a key of a state', () => toCanonicalJson({ ['a\u0085'.repeat(1000)]: undefined, b: () => 1 }, UNLIMITED)],
    ['the name of an option', () => readOptions('setState', { [HUGE]: 1 })],
    ['the name of a class', () => readOptions('setState', Object.assign([], { constructor: class {} }))],
    [
      'the names of options',
      () => {
        const names = Array.from({ length: 1000 }, (_, index) => `${'\u0085'.repeat(1000)}${index}`);
        new OptionsReader('Subject', Object.fromEntries(names.map((name) => [name, 1]))).finish();
      },
    ],
    ['a pattern', () => parsePattern(HUGE)],
  ])('ER-1 and the properties of its error are short and printable if %s is neither', (_, run) => {
    const error = errorOf(run);
    const texts = [
      String(error),
      ...(error instanceof InvalidOptionsError ? error.problems : []),
      ...(error instanceof InvalidStateError ? [error.path] : []),
    ];
    for (const text of texts) {
      expect(text.length).toBeLessThan(4100);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
}
