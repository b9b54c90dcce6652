import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { type ContractChapter, test } from '../contract-test.js';
import { assertSameMembers, collect, isRejectedWith, expectError, times, untyped } from '../expectations.js';

/** The identifiers that every pattern below is matched against. */
const IDENTIFIERS: readonly string[] = [
  ...['a', 'b', 'c', 'z', 'A', 'Z', 'm', '-', '^', '!', ']', '[', '*', '?', '\\', '.', '%', '_', 'é', 'e\u0301', '😀'],
  ...[
    'ab',
    'a.b',
    'a/b',
    'a\nb',
    'a*b',
    'a?b',
    'a[b',
    'a\\b',
    'a%b',
    'a_b',
    'axb',
    'aXb',
    'aéb',
    'a😀b',
    'a😀😀b',
    'abb',
  ],
  ...[
    'chat:1',
    'chat:42',
    'Chat:1',
    'chat',
    'chats:1',
    'chat%1',
    'chat_1',
    'achat:1',
    'chat:é',
    'chat:\u{10ffff}\u{10ffff}',
  ],
  ...[
    '\uffff',
    '\uffffx',
    '\u{10ffff}',
    '\u{10ffff}x',
    '\ud7ff',
    '\ud7ffx',
    '\ue000',
    '{a,b}',
    '(a|b)',
    '$',
    'a$',
    '^a',
    '😁',
  ],
];

/** A pattern, and exactly the identifiers it matches. */
const PATTERNS: readonly (readonly [pattern: string, matches: readonly string[]])[] = [
  ['', []],
  ['a', ['a']],
  ['ab', ['ab']],
  ['chat:*', ['chat:1', 'chat:42', 'chat:é', 'chat:\u{10ffff}\u{10ffff}']],
  ['chat:?', ['chat:1', 'chat:é']],
  ['chat?1', ['chat:1', 'chat%1', 'chat_1']],
  ['*chat:1', ['chat:1', 'achat:1']],
  ['[Cc]hat:1', ['chat:1', 'Chat:1']],
  ['C*', ['Chat:1']],
  ['chat%*', ['chat%1']],
  ['chat_*', ['chat_1']],
  ['a?b', ['a.b', 'a/b', 'a\nb', 'a*b', 'a?b', 'a[b', 'a\\b', 'a%b', 'a_b', 'axb', 'aXb', 'aéb', 'a😀b', 'abb']],
  ['a??b', ['a😀😀b']],
  ['a*b', IDENTIFIERS.filter((identifier) => /^a.*b$/su.test(identifier))],
  ['a**b', IDENTIFIERS.filter((identifier) => /^a.*b$/su.test(identifier))],
  ['?', IDENTIFIERS.filter((identifier) => [...identifier].length === 1)],
  ['??', IDENTIFIERS.filter((identifier) => [...identifier].length === 2)],
  ['*', IDENTIFIERS],
  ['**', IDENTIFIERS],
  ['?*', IDENTIFIERS],
  ['[abc]', ['a', 'b', 'c']],
  ['[a-c]', ['a', 'b', 'c']],
  ['[c-a]', ['a', 'b', 'c']],
  ['[a-]', ['a', '-']],
  ['[-a]', ['a', '-']],
  ['[a\\-c]', ['a', '-', 'c']],
  ['[!a]', ['!', 'a']],
  ['[a^]', ['a', '^']],
  ['[\\^a]', ['a', '^']],
  ['[\\]]', [']']],
  ['[[]', ['[']],
  ['[\\\\]', ['\\']],
  ['[*?.]', ['*', '?', '.']],
  ['[😀é]', ['😀', 'é']],
  ['[😀-😁]', ['😀', '😁']],
  ['[]', []],
  ['a[]b', []],
  ['[]]', []],
  ['[^]', IDENTIFIERS.filter((identifier) => [...identifier].length === 1)],
  ['[^a-z]', IDENTIFIERS.filter((identifier) => /^[^a-z]$/u.test(identifier))],
  ['a[^a-zA-Z]b', ['a.b', 'a/b', 'a\nb', 'a*b', 'a?b', 'a[b', 'a\\b', 'a%b', 'a_b', 'aéb', 'a😀b']],
  ['a[.-/]b', ['a.b', 'a/b']],
  ['a\\*b', ['a*b']],
  ['a\\?b', ['a?b']],
  ['a\\[b', ['a[b']],
  ['a\\\\b', ['a\\b']],
  ['a\\xb', ['axb']],
  ['\\a', ['a']],
  ['\\😀', ['😀']],
  ['a%b', ['a%b']],
  ['a_b', ['a_b']],
  [']', [']']],
  ['^*', ['^', '^a']],
  ['*$', ['$', 'a$']],
  ['.', ['.']],
  ['(a|b)', ['(a|b)']],
  ['{a,b}', ['{a,b}']],
  ['é', ['é']],
  ['e*', ['e\u0301']],
  ['😀', ['😀']],
  ['\uffff*', ['\uffff', '\uffffx']],
  ['\u{10ffff}*', ['\u{10ffff}', '\u{10ffff}x']],
  ['\ud7ff*', ['\ud7ff', '\ud7ffx']],
  ['chat:\u{10ffff}*', ['chat:\u{10ffff}\u{10ffff}']],
  ['\ud83d*', []],
  ['*\ude00', []],
  ['\ud83d?', []],
];

const INVALID_PATTERNS: readonly unknown[] = ['[', 'a[', '[a', '[^', '[a-', '[\\', '[\\]', 'a*[b', '\\', 'a\\', '*\\', '[a]\\', '[a\\]', 5, null, {}, ['*'], /a/]; // prettier-ignore

/** What a glob matches. */
export const patternsChapter: ContractChapter = {
  title: 'patterns',
  tests: [
    test('LS-2 every pattern matches exactly the identifiers that its definition says', async (context) => {
      const storage = await openFilled(await context.open(), IDENTIFIERS);
      for (const [pattern, matches] of PATTERNS) {
        // A lone surrogate is not a character, so a backend may reject the pattern instead.
        if (!pattern.isWellFormed() && (await isRejectedWith(() => storage.listKeys(pattern), 'INVALID_PATTERN')))
          continue;
        await assertListed(storage, pattern, matches);
      }
    }),
    test('LS-2 every identifier, escaped, matches itself and nothing else', async (context) => {
      const storage = await openFilled(await context.open(), IDENTIFIERS);
      for (const identifier of IDENTIFIERS) {
        const escaped = [...identifier].map((character) => `\\${character}`).join('');
        await assertListed(storage, escaped, [identifier]);
      }
    }),
    test('LS-2 * matches the rest of an identifier after each prefix and before each suffix', async (context) => {
      const identifiers = ['ab😀é:#%_cd\n', 'ab😀é:#%_cD\n', 'aB😀é:#%_cd\n'];
      const storage = await openFilled(await context.open(), identifiers);
      const characters = [...(identifiers[0] ?? '')];
      for (const [index] of characters.entries()) {
        const [start, end] = [characters.slice(0, index).join(''), characters.slice(index).join('')];
        const starting = identifiers.filter((identifier) => identifier.startsWith(start));
        await assertListed(storage, `${start}*`, starting);
        const ending = identifiers.filter((identifier) => identifier.endsWith(end));
        await assertListed(storage, `*${end}`, ending);
      }
    }),
    test('LS-2 rejects an unclosed bracket, a trailing backslash and a non-string', async (context) => {
      const storage = await openFilled(await context.open(), ['[', 'a[', '\\', '5']);
      for (const pattern of INVALID_PATTERNS) {
        await expectError(() => storage.listKeys(untyped(pattern)), 'INVALID_PATTERN');
        await expectError(() => collect(storage.scanKeys(untyped(pattern))), 'INVALID_PATTERN');
      }
    }),
    test('LS-2 rejects a pattern of more than 1,024 UTF-8 bytes', async (context) => {
      const storage = await openFilled(await context.open(), ['x', 'é'.repeat(256)]);
      await assertListed(storage, '*'.repeat(1024), ['x', 'é'.repeat(256)]);
      await assertListed(storage, `[${'é'.repeat(510)}]*`, ['é'.repeat(256)]);
      await assertListed(storage, 'x'.repeat(1024), []);
      for (const tooLong of ['*'.repeat(1025), `x[${'é'.repeat(511)}]`, '[', '\\'].map((start) =>
        start.padEnd(1025, '*'),
      )) {
        await expectError(() => storage.listKeys(tooLong), 'INVALID_PATTERN');
        await expectError(() => collect(storage.scanKeys(tooLong)), 'INVALID_PATTERN');
      }
    }),
    test('LS-2 an identifier of the maximum length, escaped, matches itself', async (context) => {
      const longest = 'x'.repeat(512);
      const storage = await openFilled(await context.open(), [longest, `${'x'.repeat(511)}y`]);
      await assertListed(storage, '\\x'.repeat(512), [longest]);
    }),
    test('LS-2 patterns that cause exponential backtracking match in linear time', async (context) => {
      const long = 'a'.repeat(500);
      const storage = await openFilled(await context.open(), [long, `${long}b`]);
      await assertListed(storage, '*a'.repeat(30) + '*b', [`${long}b`]);
      await assertListed(storage, 'a*'.repeat(200) + 'c', []);
      await assertListed(storage, '*'.repeat(1000), [long, `${long}b`]);
      await assertListed(storage, '[^b]*'.repeat(100) + '?'.repeat(400), [long, `${long}b`]);
      await assertListed(storage, `[${'a-z'.repeat(300)}]*b`, [`${long}b`]);
      await assertListed(storage, `*${'a'.repeat(249)}[^a]*`, [`${long}b`]);
    }),
    test('LS-2 matches nothing if the pattern contains characters that no identifier may contain', async (context) => {
      const storage = await openFilled(await context.open(), ['a', 'ab']);
      for (const impossible of ['\0', 'a\0', '\ud800', 'a\udc00', '[a]\0']) {
        await assertListed(storage, impossible, []);
        await assertListed(storage, `${impossible}*`, []);
      }
    }),
    test('LS-2 finds a match among hundreds of identifiers that do not match', async (context) => {
      const storage = await openFilled(await context.open(), [...times(900, (index) => `noise:${index}`), 'needle:1']);
      await assertListed(storage, 'needle:*', ['needle:1']);
      await assertListed(storage, '*eedle*', ['needle:1']);
      await assertListed(
        storage,
        'noise:89?',
        times(10, (index) => `noise:89${index}`),
      );
    }),
  ],
};

async function openFilled(storage: BaseStorage, identifiers: readonly string[]): Promise<BaseStorage> {
  await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
  return storage;
}

async function assertListed(storage: BaseStorage, pattern: string, expected: readonly string[]): Promise<void> {
  const listed = await storage.listKeys(pattern);
  assert.deepEqual(listed.toSorted(), expected.toSorted(), `pattern ${JSON.stringify(pattern.slice(0, 60))}`);
  const scanned = [...new Set(await collect(storage.scanKeys(pattern)))];
  assertSameMembers(scanned, expected);
}
