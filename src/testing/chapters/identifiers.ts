import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { type ContractChapter, test } from '../contract-test.js';
import { assertSameJson, assertSameMembers, expectError, untyped } from '../expectations.js';
import { SAMPLE_CALLS_WITH_IDENTIFIER } from '../sample-calls.js';

const VALID_IDENTIFIERS: readonly string[] = [
  ...'a:#%_*?[]\\/ .-~!^$&|<>(){}@,;=+`\'"'.split(''),
  'x'.repeat(512),
  'é'.repeat(256),
  '漢'.repeat(170) + 'ab',
  '😀'.repeat(128),
  'chat:42',
  'a:b:c#d',
  'line one\nline two\r\n',
  '\t',
  '\u0001\u001f\u007f',
  '\u2028\u2029\ufeff\u200b\uffff\u{10ffff}',
  '👩‍👩‍👧',
  '..',
  '../../etc/passwd',
  'C:\\CON',
  "'; DROP TABLE fsm_state; --",
  '%00',
  '__proto__',
  'constructor',
  'toString',
  '{user}:1',
  'null',
  '0',
];

const INVALID_IDENTIFIERS: readonly unknown[] = [
  '',
  'x'.repeat(513),
  'é'.repeat(256) + 'a',
  '😀'.repeat(128) + 'a',
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00b',
  '\ude00\ud83d',
  undefined,
  null,
  42,
  true,
  Symbol('identifier'),
  {},
  ['a'],
  new String('a'),
  { toString: () => 'a' },
];

/** Some database, locale or file system treats each pair of neighbours in this list as equal. */
const SIMILAR_IDENTIFIERS: readonly string[] = [
  'a',
  'A',
  'a ',
  ' a',
  'a\t',
  'ａ',
  'a\u200b',
  '\u00e1',
  'a\u0301',
  'ä',
  'ae',
  'æ',
  'ß',
  'ss',
  'SS',
  'i',
  'I',
  'ı',
  'İ',
  'ﬁ',
  'fi',
  '1',
  '01',
  '1.0',
  '1e0',
];

/** Which identifiers are valid, and that two different ones never name the same entry. */
export const identifiersChapter: ContractChapter = {
  title: 'identifiers',
  tests: [
    test('ID-1 accepts every well-formed string of 1 to 512 bytes', async (context) => {
      await assertDistinct(await context.open(), VALID_IDENTIFIERS);
    }),
    ...SAMPLE_CALLS_WITH_IDENTIFIER.map(({ name, run }) =>
      test(`ID-1 ${name} rejects every other identifier and changes nothing`, async (context) => {
        const storage = await context.open();
        await storage.setState('right', { name: 'kept' });
        await context.assertUnchanged(storage, 'right', async () => {
          for (const identifier of INVALID_IDENTIFIERS) {
            await expectError(() => run(storage, untyped(identifier)), 'INVALID_IDENTIFIER');
          }
        });
      }),
    ),
    test('ID-1 getStates rejects a value that is not an array of identifiers', async (context) => {
      const storage = await context.open();
      const sparse: string[] = ['first'];
      sparse[2] = 'third';
      for (const identifiers of [undefined, null, 'abc', { 0: 'a', length: 1 }, sparse]) {
        await expectError(() => storage.getStates(untyped(identifiers)), 'INVALID_IDENTIFIER');
      }
    }),
    test('ID-2 distinguishes identifiers that differ in case, spaces, accents or spelling', async (context) => {
      await assertDistinct(await context.open(), SIMILAR_IDENTIFIERS);
    }),
    test('ID-2 compareAndSet and update treat a similar identifier as absent', async (context) => {
      const storage = await context.open();
      await storage.setState('a', { name: 'lower' });
      assert.equal(await storage.compareAndSet('A', { name: 'upper' }), true);
      assert.equal(await storage.update('a ', (current) => (current === null ? null : { name: 'wrong' })), null);
      assertSameJson(await storage.getStates(['a', 'A', 'a ']), [{ name: 'lower' }, { name: 'upper' }, null]);
    }),
  ],
};

async function assertDistinct(storage: BaseStorage, identifiers: readonly string[]): Promise<void> {
  for (const [index, identifier] of identifiers.entries()) {
    await storage.setState(identifier, { index });
    await storage.increment(identifier, index + 1);
  }
  assertSameMembers(await storage.listKeys(), identifiers);
  const expected = identifiers.map((_identifier, index) => ({ index }));
  assertSameJson(await storage.getStates(identifiers), expected);
  for (const [index, identifier] of identifiers.entries()) {
    assertSameJson(await storage.getState(identifier), { index });
    assert.equal(await storage.getCounter(identifier), index + 1);
    assert.equal(await storage.deleteState(identifier), true, JSON.stringify(identifier));
    assert.equal(await storage.deleteCounter(identifier), true, JSON.stringify(identifier));
  }
}
