import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameJson, expectError, expectRejection, times, untyped } from '../expectations.js';

const MAX = Number.MAX_SAFE_INTEGER;

const INVALID_AMOUNTS: readonly unknown[] = [0.5, -1.5, NaN, Infinity, -Infinity, MAX + 1, -MAX - 1, 1e300, '1', '', null, true, 1n, {}, [1]]; // prettier-ignore

/** Every increment counts exactly once, and no counter outlives its deadline. */
export const countersChapter: ContractChapter = {
  title: 'counters',
  tests: [
    test('CNT-1 adds any safe integer, including 0 and negative ones, and 1 by default', async (context) => {
      const storage = await context.open();
      assert.equal(await storage.getCounter('x'), null);
      assert.equal(await storage.increment('x'), 1);
      assert.equal(await storage.increment('x', undefined), 2);
      assert.equal(await storage.increment('x', 40), 42);
      assert.equal(await storage.increment('x', -50), -8);
      assert.equal(await storage.increment('x', 0), -8);
      assert.equal(await storage.increment('x', 8), 0);
      assert.ok(Object.is(await storage.getCounter('x'), 0));
      assert.ok(Object.is(await storage.increment('y', -0), 0));
      assert.ok(Object.is(await storage.getCounter('y'), 0));
      assert.equal(await storage.deleteCounter('x'), true);
      assert.equal(await storage.deleteCounter('x'), false);
      assert.equal(await storage.increment('x'), 1);
    }),
    test('CNT-1 returns a different total to each of many concurrent callers', async (context) => {
      const storage = await context.open();
      assertConsecutive(await Promise.all(times(50, () => storage.increment('x'))), 50);
      assertConsecutive(await Promise.all(times(30, () => storage.increment('y', 1, { ttl: 600 }))), 30);
    }),
    testWithout('in-process', 'CNT-1 returns a different total to each caller of several storages', async (context) => {
      const storages = await Promise.all(times(3, () => context.open()));
      assertConsecutive(await Promise.all(times(60, (index) => incrementOneOf(storages, index))), 60);
    }),
    test('CNT-2 an expired counter starts from 0, not from its old total', async (context) => {
      const storage = await context.open();
      await storage.increment('x', 41, { ttl: 60 });
      await context.passTime(60_000);
      assert.equal(await storage.getCounter('x'), null);
      assert.equal(await storage.increment('x'), 1);
      assert.equal(await storage.getCounter('x'), 1);
      await context.passTime(1_000_000);
      assert.equal(await storage.getCounter('x'), 1);
    }),
    test('CNT-2 many concurrent callers restart an expired counter only once', async (context) => {
      const storage = await context.open();
      await storage.increment('x', 41, { ttl: 60 });
      await context.passTime(60_000);
      assertConsecutive(await Promise.all(times(20, () => storage.increment('x'))), 20);
    }),
    test('CNT-3 a ttl sets the deadline on every call', async (context) => {
      const storage = await context.open({ defaultTtl: 100 });
      await storage.increment('x', 1, { ttl: 1000 });
      await context.passTime(600_000);
      await storage.increment('x', 1, { ttl: 1000, refresh: true });
      await context.passTime(600_000);
      assert.equal(await storage.getCounter('x'), 2);
      await storage.increment('x', 1, { ttl: 500 });
      await context.passTime(500_000);
      assert.equal(await storage.getCounter('x'), null);
    }),
    test('CNT-3 with refresh false the deadline of the first call stays', async (context) => {
      const storage = await context.open();
      await storage.increment('x', 1, { ttl: 1000, refresh: false });
      await context.passTime(600_000);
      assert.equal(await storage.increment('x', 1, { ttl: 1000, refresh: false }), 2);
      assert.equal(await storage.increment('x', 0, { ttl: 0, refresh: false }), 2);
      await context.passTime(400_000);
      assert.equal(await storage.getCounter('x'), null);
      assert.equal(await storage.increment('x', 1, { ttl: 1000, refresh: false }), 1);
      await context.passTime(600_000);
      assert.equal(await storage.getCounter('x'), 1);
      await context.passTime(400_000);
      assert.equal(await storage.getCounter('x'), null);
    }),
    test('CNT-3 with refresh false a counter without a deadline still never expires', async (context) => {
      const storage = await context.open();
      await storage.increment('x');
      await storage.increment('x', 1, { ttl: 10, refresh: false });
      await context.passTime(1_000_000);
      assert.equal(await storage.getCounter('x'), 2);
    }),
    test('CNT-3 a counter with ttl 0 never expires', async (context) => {
      const storage = await context.open({ defaultTtl: 100 });
      await storage.increment('new', 1, { ttl: 0 });
      await storage.increment('old', 1, { ttl: 10 });
      await storage.increment('old', 1, { ttl: 0 });
      await context.passTime(1_000_000);
      assert.equal(await storage.getCounter('new'), 1);
      assert.equal(await storage.getCounter('old'), 2);
    }),
    test('CNT-3 without a ttl a live counter keeps its deadline and a new one gets defaultTtl', async (context) => {
      const storage = await context.open({ defaultTtl: 1000 });
      await storage.increment('short', 1, { ttl: 500 });
      await storage.increment('permanent', 1, { ttl: 0 });
      await storage.increment('new');
      await context.passTime(400_000);
      for (const identifier of ['short', 'permanent', 'new']) await storage.increment(identifier);
      await context.passTime(100_000);
      assert.deepEqual(await counters(storage, ['short', 'permanent', 'new']), [null, 2, 2]);
      await context.passTime(500_000);
      assert.deepEqual(await counters(storage, ['short', 'permanent', 'new']), [null, 2, null]);
      await storage.increment('short');
      await context.passTime(1_000_000);
      assert.equal(await storage.getCounter('short'), null);
    }),
    test('CNT-4 rejects an amount that is not a safe integer and changes nothing', async (context) => {
      const storage = await context.open();
      await storage.increment('x', 7);
      await storage.setState('x', { name: 'kept' });
      await context.assertUnchanged(storage, 'x', async () => {
        for (const amount of INVALID_AMOUNTS) {
          await expectError(() => storage.increment('x', untyped(amount)), 'INVALID_AMOUNT');
          await expectError(() => storage.increment('absent', untyped(amount), { ttl: 60 }), 'INVALID_AMOUNT');
        }
      });
      assert.equal(await storage.getCounter('absent'), null);
    }),
    test('CNT-4 counts up to ±(2^53 − 1), then rejects and changes nothing', async (context) => {
      const storage = await context.open();
      for (const sign of [1, -1]) {
        await storage.increment('x', sign * (MAX - 1), { ttl: 1000 });
        assert.equal(await storage.increment('x', sign), sign * MAX);
        for (const amount of [1, 2, MAX]) {
          await expectError(() => storage.increment('x', sign * amount, { ttl: 90_000 }), 'COUNTER_OVERFLOW');
        }
        assert.equal(await storage.getCounter('x'), sign * MAX);
        assert.equal(await storage.increment('x', -sign * MAX), 0);
        await context.passTime(1_000_000);
        assert.equal(await storage.getCounter('x'), null);
      }
    }),
    test('CNT-4 counts exactly where floating-point addition would round', async (context) => {
      const storage = await context.open();
      assert.equal(await storage.increment('x', MAX - 2), MAX - 2);
      assert.equal(await storage.increment('x'), MAX - 1);
      assert.equal(await storage.increment('x', -MAX), -1);
      assert.equal(await storage.increment('x', -MAX + 1), -MAX);
      assert.equal(await storage.increment('x', MAX), 0);
    }),
    test('CNT-4 rejects a refresh that is not a boolean and changes nothing', async (context) => {
      const storage = await context.open();
      await storage.increment('x', 7);
      await context.assertUnchanged(storage, 'x', () =>
        expectRejection(() => storage.increment('x', 1, { ttl: 5, refresh: untyped('no') })),
      );
    }),
    test('CNT-1 a counter of any size is never returned as a state', async (context) => {
      const storage = await context.open();
      await storage.increment('x', MAX);
      assertSameJson(await storage.getStates(['x']), [null]);
      assert.deepEqual(await storage.listKeys(), []);
    }),
  ],
};

function incrementOneOf(storages: readonly BaseStorage[], index: number): Promise<number> {
  const storage = storages[index % storages.length];
  assert.ok(storage);
  return storage.increment('x');
}

async function counters(storage: BaseStorage, identifiers: readonly string[]): Promise<(number | null)[]> {
  return Promise.all(identifiers.map((identifier) => storage.getCounter(identifier)));
}

function assertConsecutive(totals: readonly number[], count: number): void {
  const sorted = totals.toSorted((left, right) => left - right);
  assert.deepEqual(
    sorted,
    times(count, (index) => index + 1),
  );
}
