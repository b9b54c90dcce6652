import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameJson, expectError, rejection, times, untyped } from '../expectations.js';

const MAX = Number.MAX_SAFE_INTEGER;

const WRONG_AMOUNTS: readonly unknown[] = [0.5, -1.5, NaN, Infinity, -Infinity, MAX + 1, -MAX - 1, 1e300, '1', '', null, true, 1n, {}, [1]]; // prettier-ignore

/** That every step counts once, and that no counter outlives its deadline. */
export const countersChapter: ContractChapter = {
  title: 'counters',
  tests: [
    test('CNT-1 adds safe integers, 1 by default, negative ones and 0 too', async (world) => {
      const storage = await world.open();
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
    test('CNT-1 gives each of many callers at once a total of its own', async (world) => {
      const storage = await world.open();
      assertSteps(await Promise.all(times(50, () => storage.increment('x'))), 50);
      assertSteps(await Promise.all(times(30, () => storage.increment('y', 1, { ttl: 600 }))), 30);
    }),
    testWithout('in-process', 'CNT-1 gives each caller of several storages a total of its own', async (world) => {
      const storages = await Promise.all(times(3, () => world.open()));
      assertSteps(await Promise.all(times(60, (index) => stepOf(storages, index))), 60);
    }),
    test('CNT-2 an expired counter starts from 0, not from its stale value', async (world) => {
      const storage = await world.open();
      await storage.increment('x', 41, { ttl: 60 });
      await world.passTime(60_000);
      assert.equal(await storage.getCounter('x'), null);
      assert.equal(await storage.increment('x'), 1);
      assert.equal(await storage.getCounter('x'), 1);
      await world.passTime(1_000_000);
      assert.equal(await storage.getCounter('x'), 1);
    }),
    test('CNT-2 many callers at once start an expired counter once', async (world) => {
      const storage = await world.open();
      await storage.increment('x', 41, { ttl: 60 });
      await world.passTime(60_000);
      assertSteps(await Promise.all(times(20, () => storage.increment('x'))), 20);
    }),
    test('CNT-3 a ttl sets the deadline on every call', async (world) => {
      const storage = await world.open({ defaultTtl: 100 });
      await storage.increment('x', 1, { ttl: 1000 });
      await world.passTime(600_000);
      await storage.increment('x', 1, { ttl: 1000, refresh: true });
      await world.passTime(600_000);
      assert.equal(await storage.getCounter('x'), 2);
      await storage.increment('x', 1, { ttl: 500 });
      await world.passTime(500_000);
      assert.equal(await storage.getCounter('x'), null);
    }),
    test('CNT-3 with refresh false the first call’s deadline stands', async (world) => {
      const storage = await world.open();
      await storage.increment('x', 1, { ttl: 1000, refresh: false });
      await world.passTime(600_000);
      assert.equal(await storage.increment('x', 1, { ttl: 1000, refresh: false }), 2);
      assert.equal(await storage.increment('x', 0, { ttl: 0, refresh: false }), 2);
      await world.passTime(400_000);
      assert.equal(await storage.getCounter('x'), null);
      assert.equal(await storage.increment('x', 1, { ttl: 1000, refresh: false }), 1);
      await world.passTime(600_000);
      assert.equal(await storage.getCounter('x'), 1);
      await world.passTime(400_000);
      assert.equal(await storage.getCounter('x'), null);
    }),
    test('CNT-3 with refresh false a counter that never expires goes on never expiring', async (world) => {
      const storage = await world.open();
      await storage.increment('x');
      await storage.increment('x', 1, { ttl: 10, refresh: false });
      await world.passTime(1_000_000);
      assert.equal(await storage.getCounter('x'), 2);
    }),
    test('CNT-3 ttl 0 makes a counter last', async (world) => {
      const storage = await world.open({ defaultTtl: 100 });
      await storage.increment('new', 1, { ttl: 0 });
      await storage.increment('old', 1, { ttl: 10 });
      await storage.increment('old', 1, { ttl: 0 });
      await world.passTime(1_000_000);
      assert.equal(await storage.getCounter('new'), 1);
      assert.equal(await storage.getCounter('old'), 2);
    }),
    test('CNT-3 without a ttl a live counter keeps its deadline and a new one gets defaultTtl', async (world) => {
      const storage = await world.open({ defaultTtl: 1000 });
      await storage.increment('short', 1, { ttl: 500 });
      await storage.increment('lasting', 1, { ttl: 0 });
      await storage.increment('new');
      await world.passTime(400_000);
      for (const identifier of ['short', 'lasting', 'new']) await storage.increment(identifier);
      await world.passTime(100_000);
      assert.deepEqual(await counters(storage, ['short', 'lasting', 'new']), [null, 2, 2]);
      await world.passTime(500_000);
      assert.deepEqual(await counters(storage, ['short', 'lasting', 'new']), [null, 2, null]);
      await storage.increment('short');
      await world.passTime(1_000_000);
      assert.equal(await storage.getCounter('short'), null);
    }),
    test('CNT-4 refuses what is not a safe integer, and changes nothing', async (world) => {
      const storage = await world.open();
      await storage.increment('x', 7);
      await storage.setState('x', { name: 'kept' });
      await world.assertUnchanged(storage, 'x', async () => {
        for (const amount of WRONG_AMOUNTS) {
          await expectError(() => storage.increment('x', untyped(amount)), 'INVALID_AMOUNT');
          await expectError(() => storage.increment('absent', untyped(amount), { ttl: 60 }), 'INVALID_AMOUNT');
        }
      });
      assert.equal(await storage.getCounter('absent'), null);
    }),
    test('CNT-4 reaches ±(2^53 − 1) and refuses one more, the counter and its deadline unchanged', async (world) => {
      const storage = await world.open();
      for (const sign of [1, -1]) {
        await storage.increment('x', sign * (MAX - 1), { ttl: 1000 });
        assert.equal(await storage.increment('x', sign), sign * MAX);
        for (const amount of [1, 2, MAX]) {
          await expectError(() => storage.increment('x', sign * amount, { ttl: 90_000 }), 'COUNTER_OVERFLOW');
        }
        assert.equal(await storage.getCounter('x'), sign * MAX);
        assert.equal(await storage.increment('x', -sign * MAX), 0);
        await world.passTime(1_000_000);
        assert.equal(await storage.getCounter('x'), null);
      }
    }),
    test('CNT-4 counts exactly where a float would round', async (world) => {
      const storage = await world.open();
      assert.equal(await storage.increment('x', MAX - 2), MAX - 2);
      assert.equal(await storage.increment('x'), MAX - 1);
      assert.equal(await storage.increment('x', -MAX), -1);
      assert.equal(await storage.increment('x', -MAX + 1), -MAX);
      assert.equal(await storage.increment('x', MAX), 0);
    }),
    test('CNT-4 refuses a refresh that is not true or false', async (world) => {
      const storage = await world.open();
      await storage.increment('x', 7);
      await world.assertUnchanged(storage, 'x', () =>
        rejection(() => storage.increment('x', 1, { ttl: 5, refresh: untyped('no') })),
      );
    }),
    test('CNT-1 a counter is no state, however large', async (world) => {
      const storage = await world.open();
      await storage.increment('x', MAX);
      assertSameJson(await storage.getStates(['x']), [null]);
      assert.deepEqual(await storage.listKeys(), []);
    }),
  ],
};

function stepOf(storages: readonly BaseStorage[], index: number): Promise<number> {
  const storage = storages[index % storages.length];
  assert.ok(storage);
  return storage.increment('x');
}

async function counters(storage: BaseStorage, identifiers: readonly string[]): Promise<(number | null)[]> {
  return Promise.all(identifiers.map((identifier) => storage.getCounter(identifier)));
}

function assertSteps(totals: readonly number[], count: number): void {
  const steps = totals.toSorted((left, right) => left - right);
  assert.deepEqual(
    steps,
    times(count, (index) => index + 1),
  );
}
