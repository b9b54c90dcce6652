import assert from 'node:assert/strict';
import type { StateDocument } from '../../contract/state-document.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameJson, times, untyped } from '../expectations.js';

const CURRENT: StateDocument = { name: 'Order:paying', data: { a: 1, b: [1, { c: null, d: 'x' }], é: '' } };

/** The same document with another key order at every level. */
const REORDERED: StateDocument = { data: { é: '', b: [1, { d: 'x', c: null }], a: 1 }, name: 'Order:paying' };

/** Documents that differ from `CURRENT` in one detail. */
const DIFFERENT: readonly StateDocument[] = [
  {},
  { name: 'Order:paying' },
  { ...CURRENT, extra: null },
  { ...CURRENT, name: 'order:paying' },
  { ...CURRENT, data: { a: 1, b: [{ c: null, d: 'x' }, 1], é: '' } },
  { ...CURRENT, data: { a: 1, b: [1, { c: null, d: 'x' }, null], é: '' } },
  { ...CURRENT, data: { a: '1', b: [1, { c: null, d: 'x' }], é: '' } },
  { ...CURRENT, data: { a: true, b: [1, { c: null, d: 'x' }], é: '' } },
  { ...CURRENT, data: { a: 1, b: [1, { c: false, d: 'x' }], é: '' } },
  { ...CURRENT, data: { a: 1, b: [1, { c: null, d: 'x ' }], é: '' } },
  { ...CURRENT, data: { a: 1, b: [1, { c: null, d: 'X' }], é: '' } },
  { ...CURRENT, data: { a: 1, b: [1, { c: null }], é: '' } },
  { ...CURRENT, data: { a: 1, b: [1, { c: null, d: 'x' }], 'e\u0301': '' } },
  { ...CURRENT, data: { a: 1, b: { 0: 1, 1: { c: null, d: 'x' } }, é: '' } },
  { ...CURRENT, data: JSON.stringify(CURRENT['data']) },
];

/** When compareAndSet writes, and that exactly one of several concurrent callers wins. */
export const compareAndSetChapter: ContractChapter = {
  title: 'compare-and-set',
  tests: [
    test('CAS-1 writes if the current document equals the expected one', async (context) => {
      const storage = await context.open();
      await storage.setState('x', CURRENT);
      assert.equal(await storage.compareAndSet('x', { step: 1 }, { expected: CURRENT }), true);
      assertSameJson(await storage.getState('x'), { step: 1 });
    }),
    test('CAS-1 ignores the order of keys at every level', async (context) => {
      const storage = await context.open();
      await storage.setState('x', CURRENT);
      assert.equal(await storage.compareAndSet('x', REORDERED, { expected: REORDERED }), true);
      assert.equal(await storage.compareAndSet('x', { step: 1 }, { expected: CURRENT }), true);
    }),
    test('CAS-1 returns false for every other document and changes nothing', async (context) => {
      const storage = await context.open();
      await storage.setState('x', CURRENT, { ttl: 50_000 });
      for (const expected of DIFFERENT) {
        await context.assertUnchanged(storage, 'x', async () => {
          const swapped = await storage.compareAndSet('x', { name: 'wrong' }, { expected, ttl: 1 });
          assert.equal(swapped, false, JSON.stringify(expected));
        });
      }
    }),
    test('CAS-1 compares keys such as __proto__ like any other key', async (context) => {
      const storage = await context.open();
      const special = JSON.parse('{"__proto__":{"a":1},"constructor":{"b":2}}') as StateDocument;
      await storage.setState('x', special);
      assert.equal(await storage.compareAndSet('x', {}, { expected: {} }), false);
      assert.equal(await storage.compareAndSet('x', {}, { expected: { constructor: { b: 2 } } }), false);
      assert.equal(await storage.compareAndSet('x', {}, { expected: special }), true);
      assert.equal(await storage.compareAndSet('x', special, { expected: special }), false);
    }),
    testWithout(
      'in-process',
      'CAS-1 ignores whitespace, key order and number notation in text written by another program',
      async (context) => {
        const storage = await context.open();
        await context.writeRaw(
          'x',
          ' {\n "name" : "Order:paying", "data": {"\\u00e9": "", "b":[1.0, {"d":"x","c":null}], "a":1e0}} ',
        );
        assertSameJson(await storage.getState('x'), CURRENT);
        assert.equal(await storage.compareAndSet('x', { step: 1 }, { expected: {} }), false);
        assert.equal(await storage.compareAndSet('x', { step: 1 }, { expected: CURRENT }), true);
        assertSameJson(await storage.getState('x'), { step: 1 });
      },
    ),
    test('CAS-1 lets exactly one of many concurrent callers win', async (context) => {
      const storage = await context.open();
      await storage.setState('x', CURRENT);
      const race = (expected: StateDocument | null): Promise<boolean[]> =>
        Promise.all(times(20, (winner) => storage.compareAndSet('x', { winner }, { expected })));
      const results = await race(CURRENT);
      assert.equal(results.filter(Boolean).length, 1);
      assertSameJson(await storage.getState('x'), { winner: results.indexOf(true) });
      await storage.deleteState('x');
      assert.equal((await race(null)).filter(Boolean).length, 1);
    }),
    testWithout('in-process', 'CAS-1 lets exactly one of several storages win', async (context) => {
      const storages = await Promise.all(times(4, () => context.open()));
      for (let round = 0; round < 10; round++) {
        const results = await Promise.all(
          storages.map((storage, winner) => storage.compareAndSet(`x:${round}`, { winner })),
        );
        assert.equal(results.filter(Boolean).length, 1);
        assertSameJson(await storages[0]?.getState(`x:${round}`), { winner: results.indexOf(true) });
      }
    }),
    test('CAS-2 with expected null or omitted writes only if there is no state', async (context) => {
      const storage = await context.open();
      for (const options of [undefined, {}, { expected: null }, { expected: undefined }]) {
        await storage.deleteState('x');
        assert.equal(await storage.compareAndSet('x', { step: 1 }, options), true);
        await context.assertUnchanged(storage, 'x', async () => {
          assert.equal(await storage.compareAndSet('x', { step: 2 }, options), false);
          assert.equal(await storage.compareAndSet('x', { step: 1 }, options), false);
        });
      }
    }),
    test('CAS-2 with expected null writes over an expired state', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { step: 1 }, { ttl: 60 });
      await context.passTime(60_000);
      assert.equal(await storage.compareAndSet('x', { step: 2 }, { expected: null }), true);
      assertSameJson(await storage.getState('x'), { step: 2 });
    }),
    test('CAS-3 an expected document never matches an absent state', async (context) => {
      const storage = await context.open();
      for (const expected of [{}, { step: 1 }, CURRENT]) {
        assert.equal(await storage.compareAndSet('x', { name: 'wrong' }, { expected }), false);
      }
      assert.equal(await storage.getState('x'), null);
      assert.deepEqual(await storage.listKeys(), []);
    }),
    test('CAS-3 an expected document never matches an expired or deleted state', async (context) => {
      const storage = await context.open();
      await storage.setState('expired', { step: 1 }, { ttl: 60 });
      await storage.setState('deleted', { step: 1 });
      await storage.deleteState('deleted');
      await context.passTime(60_000);
      for (const identifier of ['expired', 'deleted']) {
        for (const ttl of ['keep', 0, 60] as const) {
          const options = { expected: { step: 1 }, ttl };
          assert.equal(await storage.compareAndSet(identifier, { name: 'wrong' }, options), false);
        }
        assert.equal(await storage.getState(identifier), null);
      }
      assert.deepEqual(await storage.listKeys(), []);
    }),
    test('CAS-4 returns false for every lost race and never rejects', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { step: 0 });
      for (let step = 0; step < 15; step++) {
        const options = { expected: { step } };
        const results = await Promise.allSettled(
          times(10, () => storage.compareAndSet('x', { step: step + 1 }, options)),
        );
        const values: readonly unknown[] = results.map((result) => untyped<{ value?: unknown }>(result).value);
        assert.equal(values.filter((value) => value === true).length, 1);
        assert.equal(values.filter((value) => value === false).length, 9);
      }
      assert.equal(await storage.health(), true);
    }),
  ],
};
