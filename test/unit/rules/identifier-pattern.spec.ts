import { describe, expect, it } from '@jest/globals';
import { InvalidPatternError } from '../../../src/errors/usage-errors.js';
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
    ['[a]bc', ''],
    ['é🙂*', 'é🙂'],
    ['a\0b*', 'a'],
    ['a\ud800*', 'a'],
  ])('LS-2 narrows %j to the prefix %j', (pattern, literalPrefix) => {
    expect(parsePattern(pattern).literalPrefix).toBe(literalPrefix);
  });

  it('LS-2 narrows by no more than the longest identifier has', () => {
    const glob = parsePattern(`${'x'.repeat(200_000)}*`);
    expect(glob.literalPrefix).toBe('x'.repeat(512));
    expect(glob.matches('x'.repeat(512))).toBe(false);
  });
});
