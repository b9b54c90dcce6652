import { describe, expect, it } from '@jest/globals';
import { InvalidPatternError } from '../../../src/errors/usage-errors.js';
import { countSteps } from '../../support/count-steps.js';
import { parsePattern } from '../../../src/rules/identifier-pattern.js';

const rows: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
  ['*', ['', 'a', 'a/b\nc', '🙂'], []],
  ['chat:*', ['chat:', 'chat:42'], ['chat', 'Chat:1', 'xchat:1']],
  ['*:42', ['chat:42', ':42'], ['chat:421']],
  ['a*b*c', ['abc', 'a-b-b-c-c'], ['ab', 'acb']],
  ['?', ['a', '🙂', '\n'], ['', 'ab']],
  ['[abc]', ['a', 'c'], ['d', '', 'ab']],
  ['[a-c]', ['b'], ['d', '-']],
  ['[c-a]', ['b'], ['d']],
  ['[^a-c]', ['d', '🙂'], ['a', '']],
  ['[!a]', ['!', 'a'], ['b']],
  ['[-a]', ['-', 'a'], ['b']],
  ['[a-]', ['-', 'a'], ['b']],
  ['[\\]]', [']'], ['\\']],
  ['[a\\-c]', ['-', 'a', 'c'], ['b']],
  ['[]', [], ['', ']', 'a']],
  ['[^]', ['a', ']'], ['']],
  ['[🙂-🙃]', ['🙃'], ['🙄']],
  ['\\*', ['*'], ['a', '\\*']],
  ['a]', ['a]'], ['a']],
  ['', [''], ['a']],
];

describe('parsePattern', () => {
  it.each(rows)('LS-2 %j matches %j and not %j', (pattern, matching, other) => {
    const glob = parsePattern(pattern);
    expect(matching.filter((identifier) => !glob.matches(identifier))).toEqual([]);
    expect(other.filter((identifier) => glob.matches(identifier))).toEqual([]);
  });

  it.each(['[', 'a[b', '[^', '[a-', '\\', 'a\\', '[a\\'])('LS-2 rejects %j', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow(InvalidPatternError);
  });

  it.each([null, 7, {}, []])('LS-2 rejects a pattern that is not a string: %j', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow(/pattern: expected a string/);
  });

  it.each([
    ['chat:*', 'chat:'],
    ['chat:42', 'chat:42'],
    ['a\\*b?c', 'a*b'],
    ['[a]bc', 'abc'],
    ['[ab]c', ''],
    ['é🙂*', 'é🙂'],
    ['a\0b*', 'a'],
    ['a\ud800*', 'a'],
  ])('LS-2 narrows %j to the prefix %j', (pattern, literalPrefix) => {
    expect(parsePattern(pattern).literalPrefix).toBe(literalPrefix);
  });

  it('LS-2 narrows by no more than the longest identifier has', () => {
    const glob = parsePattern(`${'x'.repeat(600)}*`);
    expect(glob.literalPrefix).toBe('x'.repeat(512));
    expect(glob.matches('x'.repeat(512))).toBe(false);
  });

  it('LS-2 rejects more than 1,024 UTF-8 bytes', () => {
    expect(() => parsePattern('é'.repeat(512))).not.toThrow();
    expect(() => parsePattern('é'.repeat(512) + 'x')).toThrow('pattern: expected at most 1024 UTF-8 bytes, got 1025.');
  });
});

describe('a part between two *', () => {
  it('LS-2 is found wherever it is, whatever its length', () => {
    const wrong: string[] = [];
    for (let length = 1; length <= 130; length += 1) {
      const glob = parsePattern(`*${'a'.repeat(length - 1)}[^a]*`);
      for (let before = 0; before <= 70; before += 1) {
        const text = 'a'.repeat(before + length - 1);
        const isRight = glob.matches(`${text}b`) && glob.matches(`${text}baa`) && !glob.matches(`${text}a`);
        if (!isRight) wrong.push(`${before} + ${length}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** Each pattern makes the longest identifiers match as long as possible, and fail only at their ends. */
const HARDEST = [
  `*${'a'.repeat(255)}b*`,
  `*${'a'.repeat(500)}b*`,
  '*a'.repeat(500) + 'b',
  '[^b]*'.repeat(100) + '?'.repeat(400),
  `*${'[^b]'.repeat(250)}b*`,
  `*[${'a-b'.repeat(300)}]b*`,
  '?'.repeat(400) + '*b',
];

describe('the steps of a match', () => {
  it.each(HARDEST.map((pattern) => [pattern.slice(0, 20), pattern]))(
    'LS-2 are few for the longest identifier and the pattern %s…',
    async (_, pattern) => {
      const steps = await countSteps({ match: 'a'.repeat(512), pattern });
      expect(steps).toBeGreaterThan(0);
      expect(steps).toBeLessThan(8 * 512);
    },
  );
});
