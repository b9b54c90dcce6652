import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { type ContractChapter, test } from '../contract-test.js';
import { assertSameJson, assertSameMembers, expectError, untyped } from '../expectations.js';
import { IDENTIFIER_OPERATIONS } from './operations.js';

const RIGHT_IDENTIFIERS: readonly string[] = [
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

const WRONG_IDENTIFIERS: readonly unknown[] = [
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

/** Each pair of neighbours is taken for one by some database, locale or file system. */
const LOOKALIKES: readonly string[] = [
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

/** Who may be named, and that nobody is taken for somebody else. */
export const identifiersChapter: ContractChapter = {
  title: 'identifiers',
  tests: [
    test('ID-1 takes every well-formed string of 1 to 512 bytes', async (world) => {
      await assertKeptApart(await world.open(), RIGHT_IDENTIFIERS);
    }),
    ...IDENTIFIER_OPERATIONS.map(({ name, run }) =>
      test(`ID-1 ${name} refuses anything else and touches nothing`, async (world) => {
        const storage = await world.open();
        await storage.setState('right', { name: 'kept' });
        await world.assertUnchanged(storage, 'right', async () => {
          for (const identifier of WRONG_IDENTIFIERS) {
            await expectError(() => run(storage, untyped(identifier)), 'INVALID_IDENTIFIER');
          }
        });
      }),
    ),
    test('ID-1 getStates refuses what is not a list of identifiers', async (world) => {
      const storage = await world.open();
      const sparse: string[] = ['first'];
      sparse[2] = 'third';
      for (const identifiers of [undefined, null, 'abc', { 0: 'a', length: 1 }, sparse]) {
        await expectError(() => storage.getStates(untyped(identifiers)), 'INVALID_IDENTIFIER');
      }
    }),
    test('ID-2 tells case, spaces, accents and spellings apart', async (world) => {
      await assertKeptApart(await world.open(), LOOKALIKES);
    }),
    test('ID-2 a lookalike is absent for compare-and-set and update', async (world) => {
      const storage = await world.open();
      await storage.setState('a', { name: 'lower' });
      assert.equal(await storage.compareAndSet('A', { name: 'upper' }), true);
      assert.equal(await storage.update('a ', (current) => (current === null ? null : { name: 'wrong' })), null);
      assertSameJson(await storage.getStates(['a', 'A', 'a ']), [{ name: 'lower' }, { name: 'upper' }, null]);
    }),
  ],
};

async function assertKeptApart(storage: BaseStorage, identifiers: readonly string[]): Promise<void> {
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
