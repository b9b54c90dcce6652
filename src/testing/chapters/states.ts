import assert from 'node:assert/strict';
import type { JsonValue, StateDocument } from '../../contract/state-document.js';
import { type ContractChapter, test, testWith, testWithout } from '../contract-test.js';
import { assertSameJson, expectError, expectRejection, times, untyped } from '../expectations.js';

const PROTOTYPE_KEYS =
  '{"__proto__":{"admin":true},"constructor":1,"toString":"x","hasOwnProperty":null,"toJSON":{"a":1}}';

const DOCUMENTS: readonly StateDocument[] = [
  {},
  { name: 'Order:paying', data: { items: [1, 2, 3], paid: false, note: null } },
  JSON.parse(PROTOTYPE_KEYS) as StateDocument,
  { outer: JSON.parse(PROTOTYPE_KEYS) as JsonValue },
  { '': '', ' ': ' ', '\0': '\0', 'a.b': 1, 'a[0]': 2, '\uffff': 3, '😀': 4, é: 5, 'e\u0301': 6 },
  { text: '"\\/\b\f\n\r\t\u0001\u001f\u007f\u2028\u2029\ufeff😀' },
  { numbers: [0, 1, -1, 0.1, -1.5, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53, -(2 ** 53) + 1, 123456789.125] },
  { 10: 'ten', 9: 'nine', '01': 'text', '-1': 'minus' },
  { empty: [[], {}, [[]], [{}], ''], nested: [[1, [2, [3]]], null, true] },
  { looksLike: ['2020-01-01T00:00:00.000Z', '{"a":1}', 'null', '123', 'NaN', '[object Object]'] },
];

const DAMAGED_TEXTS = [
  'not json',
  '',
  '{',
  '{"a":1}x',
  '[]',
  '[{"a":1}]',
  '42',
  'null',
  'true',
  '"text"',
  '{"a":NaN}',
  '{"a":1e999}',
  '{"a":"\\ud800"}',
  `{"a":${'9'.repeat(400)}}`,
  `{"a":${'9'.repeat(300)}e20}`,
  `${'{"a":'.repeat(201)}1${'}'.repeat(201)}`,
  `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`,
];

/** A document is returned as it was written, and a stored text that is not a state is reported. */
export const statesChapter: ContractChapter = {
  title: 'states',
  tests: [
    test('ST-1 returns every document as it was written', async (context) => {
      const storage = await context.open();
      for (const [index, document] of DOCUMENTS.entries()) {
        await storage.setState(`set:${index}`, document);
        assertSameJson(await storage.getState(`set:${index}`), document);
        assert.equal(await storage.compareAndSet(`swap:${index}`, document), true);
        assertSameJson(await storage.getState(`swap:${index}`), document);
        assertSameJson(await storage.update(`update:${index}`, () => document), document);
        assertSameJson(await storage.getState(`update:${index}`), document);
      }
      const identifiers = DOCUMENTS.map((_document, index) => `set:${index}`);
      assertSameJson(await storage.getStates(identifiers), DOCUMENTS);
    }),
    test('ST-1 a later write replaces the whole document', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { a: 1, b: { c: 2 } });
      await storage.setState('x', { b: {} });
      assertSameJson(await storage.getState('x'), { b: {} });
      assert.equal(await storage.deleteState('x'), true);
      assert.equal(await storage.deleteState('x'), false);
      assert.equal(await storage.getState('x'), null);
    }),
    test('ST-1 getStates returns one result per identifier, in the same order', async (context) => {
      const storage = await context.open();
      await Promise.all(times(250, (index) => storage.setState(`x:${index}`, { index })));
      const requested = times(600, (index) => (index * 7) % 300);
      const states = await storage.getStates(requested.map((index) => `x:${index}`));
      assertSameJson(
        states,
        requested.map((index) => (index < 250 ? { index } : null)),
      );
      assert.deepEqual(await storage.getStates([]), []);
    }),
    test('ST-1 getStates reads the identifiers that the array contained at the time of the call', async (context) => {
      const storage = await context.open();
      await storage.setState('a', { name: 'a' });
      await storage.setState('b', { name: 'b' });
      const identifiers = ['a', 'b'];
      const states = storage.getStates(identifiers);
      identifiers.splice(0, 2, 'c', 'd', 'e');
      assertSameJson(await states, [{ name: 'a' }, { name: 'b' }]);
    }),
    test('ST-1 changing a document after the call does not change the stored state', async (context) => {
      const storage = await context.open();
      const original = { data: { items: [1] } };
      const writes = [
        (document: StateDocument) => storage.setState('x', document),
        (document: StateDocument) => storage.compareAndSet('x', document, { expected: original }),
        (document: StateDocument) => storage.update('x', () => document),
      ];
      for (const write of writes) {
        const document = structuredClone(original);
        const writing = write(document);
        if (write !== writes[2]) document.data.items.push(2);
        await writing;
        document.data.items.push(3);
        assertSameJson(await storage.getState('x'), original);
      }
    }),
    test('ST-1 every reader gets a separate copy of the document', async (context) => {
      const storage = await context.open();
      const original = { data: { items: [1] } };
      await storage.setState('x', original);
      const readers = [
        () => storage.getState('x'),
        async () => (await storage.getStates(['x', 'x']))[0],
        async () => (await storage.getStates(['x', 'x']))[1],
        () => storage.update('x', (current) => current),
      ];
      for (const read of readers) {
        const document = untyped<typeof original>(await read());
        tamper(document);
        assertSameJson(await storage.getState('x'), original);
      }
      const [first, second] = await storage.getStates(['x', 'x']);
      assert.notEqual(first, second);
      assert.notEqual(first?.['data'], second?.['data']);
    }),
    test('ST-1 an update that modifies its copy and then throws changes nothing', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { data: { items: [1] } });
      await expectRejection(() =>
        storage.update('x', (current) => {
          tamper(untyped(current));
          throw new Error('from the change');
        }),
      );
      assertSameJson(await storage.getState('x'), { data: { items: [1] } });
    }),
    test('ST-1 accepts frozen documents and documents that repeat the same object', async (context) => {
      const storage = await context.open();
      const part = Object.freeze({ items: Object.freeze([1]) });
      await storage.setState('x', Object.freeze({ first: part, second: part, list: Object.freeze([part, part]) }));
      const plain = { items: [1] };
      assertSameJson(await storage.getState('x'), { first: plain, second: plain, list: [plain, plain] });
    }),
    testWithout('in-process', 'ST-4 reading a damaged or foreign value rejects with CORRUPT_STATE', async (context) => {
      const storage = await context.open();
      for (const text of DAMAGED_TEXTS) {
        await context.writeRaw('x', text);
        await expectError(() => storage.getState('x'), 'CORRUPT_STATE');
        await expectError(() => storage.getStates(['absent', 'x']), 'CORRUPT_STATE');
        await expectError(() => storage.update('x', () => ({ name: 'wrong' })), 'CORRUPT_STATE');
      }
    }),
    testWithout('in-process', 'ST-4 compareAndSet never matches a damaged value', async (context) => {
      const storage = await context.open();
      for (const text of DAMAGED_TEXTS) {
        await context.writeRaw('x', text);
        for (const expected of [null, undefined, {}, { a: 1 }, untyped<StateDocument>({ 0: { a: 1 } })]) {
          assert.equal(
            await storage.compareAndSet('x', { name: 'wrong' }, { expected }),
            false,
            `${text.slice(0, 40)} was replaced`,
          );
        }
        await expectError(() => storage.getState('x'), 'CORRUPT_STATE');
      }
    }),
    testWithout('in-process', 'ST-4 a damaged value can be overwritten and deleted', async (context) => {
      const storage = await context.open();
      for (const text of DAMAGED_TEXTS) {
        await context.writeRaw('x', text);
        await storage.setState('x', { name: 'repaired' });
        assertSameJson(await storage.getState('x'), { name: 'repaired' });
        await context.writeRaw('x', text);
        assert.equal(await storage.deleteState('x'), true);
        assert.equal(await storage.getState('x'), null);
      }
    }),
    testWithout('no-interruption', 'ST-5 a read during an outage rejects and never returns null', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'kept' });
      await context.duringOutage(async () => {
        await assertOutage(() => storage.getState('x'));
        await assertOutage(() => storage.getStates(['x']));
        await assertOutage(() => storage.getTtl('x'));
        await assertOutage(() => storage.getCounter('x'));
        await assertOutage(() => storage.listKeys());
      });
    }),
    testWith(
      'no-interruption',
      'ST-5 the harness of a backend with the trait no-interruption has no interrupt()',
      async (context) => {
        assert.ok(context.harness.interrupt === undefined);
      },
    ),
  ],
};

function tamper(document: { readonly data: { readonly items: number[] } }): void {
  Reflect.set(document, 'added', true);
  Reflect.set(document.data, 'added', true);
  Reflect.set(document.data.items, 0, 'changed');
}

async function assertOutage(read: () => Promise<unknown>): Promise<void> {
  const error = await expectRejection(read);
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  assert.ok(
    ['UNAVAILABLE', 'TIMEOUT', 'CIRCUIT_OPEN'].includes(String(code)),
    `expected an outage error, got ${String(error)}`,
  );
}
