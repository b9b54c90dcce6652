import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { type ContractChapter, test, testWith, testWithout } from '../contract-test.js';
import type { ContractContext } from '../contract-test.js';
import { assertSameJson, collect, eventLoopTurns, BACKGROUND_TIMEOUT_MS, times } from '../expectations.js';
import { FakeClock } from '../fake-clock.js';

const DAY_SECONDS = 24 * 60 * 60;
const DAY_MS = DAY_SECONDS * 1000;

/** What an operation sees from a deadline on, which clock decides, and when expired entries are removed. */
export const deadlinesChapter: ContractChapter = {
  title: 'deadlines',
  tests: [
    test('TTL-2 an expired state is absent for every read', async (context) => {
      const storage = await openWithExpired(context);
      assert.equal(await storage.getState('x'), null);
      assert.deepEqual(await storage.getStates(['x', 'x']), [null, null]);
      assert.equal(await storage.getTtl('x'), undefined);
      assert.deepEqual(await storage.listKeys(), []);
      assert.deepEqual(await storage.listKeys('x'), []);
      assert.deepEqual(await collect(storage.scanKeys()), []);
    }),
    test('TTL-2 an expired state is absent for deleteState, touch and the count of clearNamespace', async (context) => {
      for (const call of [touch, remove, clear]) {
        const storage = await openWithExpired(context);
        assert.ok([false, 0].includes(await call(storage)), call.name);
        assert.equal(await storage.getState('x'), null);
      }
    }),
    test('TTL-2 an expired state is absent for compareAndSet and update', async (context) => {
      const storage = await openWithExpired(context);
      assert.equal(await storage.compareAndSet('x', { name: 'wrong' }, { expected: { name: 'expired' } }), false);
      assert.equal(await storage.getState('x'), null);
      assert.equal(await storage.compareAndSet('x', { name: 'next' }), true);
      assert.equal(await storage.getTtl('x'), null);
      const seen: unknown[] = [];
      const again = await openWithExpired(context);
      await again.update('x', (current) => {
        seen.push(current);
        return { name: 'next' };
      });
      assert.deepEqual(seen, [null]);
      assert.equal(await again.getTtl('x'), null);
    }),
    test('TTL-2 an expired counter is absent', async (context) => {
      const storage = await openWithExpired(context);
      assert.equal(await storage.getCounter('x'), null);
      assert.equal(await storage.deleteCounter('x'), false);
      assert.equal(await storage.clearNamespace(), 0);
    }),
    testWithout(
      'server-clock',
      'TTL-2 an entry expires exactly at its deadline and is live one millisecond before',
      async (context) => {
        const storage = await context.open();
        await storage.setState('x', { name: 'x' }, { ttl: 10 });
        await storage.increment('x', 1, { ttl: 10 });
        await context.passTime(9999);
        assertSameJson(await storage.getState('x'), { name: 'x' });
        assert.equal(await storage.getCounter('x'), 1);
        assert.equal(await storage.getTtl('x'), 0.001);
        assert.deepEqual(await storage.listKeys(), ['x']);
        await context.passTime(1);
        assert.equal(await storage.getState('x'), null);
        assert.equal(await storage.getCounter('x'), null);
        assert.equal(await storage.getTtl('x'), undefined);
        assert.deepEqual(await storage.listKeys(), []);
      },
    ),
    test('TTL-2 each entry expires independently of the others', async (context) => {
      const storage = await context.open();
      await Promise.all(times(20, (index) => storage.setState(`x:${index}`, { index }, { ttl: (index + 1) * 1000 })));
      await context.passTime(10_500_000);
      const left = (await storage.listKeys()).length;
      assert.equal(left, 10);
      assert.equal(await storage.clearNamespace(), 10);
    }),
    testWith(
      'server-clock',
      "TTL-3 the server's clock decides, even if the application's clock is wrong",
      async (context) => {
        const clock = new FakeClock(Date.now() - 400 * DAY_MS);
        const [skewed, right] = [await context.open({ clock }), await context.open()];
        await skewed.setState('x', { name: 'x' }, { ttl: DAY_SECONDS });
        await skewed.increment('x', 1, { ttl: DAY_SECONDS });
        clock.advance(800 * DAY_MS);
        for (const storage of [skewed, right]) {
          context.assertTtl(await storage.getTtl('x'), DAY_SECONDS);
          assert.equal(await storage.getCounter('x'), 1);
        }
        await context.passTime(DAY_MS);
        for (const storage of [skewed, right]) assert.equal(await storage.getState('x'), null);
      },
    ),
    testWithout('server-clock', 'TTL-3 the injected clock decides', async (context) => {
      const clock = new FakeClock(5_000_000);
      const storage = await context.open({ clock });
      await storage.setState('x', { name: 'x' }, { ttl: DAY_SECONDS });
      await storage.increment('x', 1, { ttl: DAY_SECONDS });
      clock.advance(DAY_MS - 1);
      assertSameJson(await storage.getState('x'), { name: 'x' });
      assert.equal(await storage.getTtl('x'), 0.001);
      assert.equal(await storage.getCounter('x'), 1);
      clock.advance(1);
      assert.equal(await storage.getState('x'), null);
      assert.equal(await storage.getCounter('x'), null);
    }),
    test('TTL-4 keeps entries with deadlines beyond 24.8 days until they expire', async (context) => {
      const storage = await context.open();
      for (const days of [24.9, 30, 400, 36_500]) {
        await storage.setState('x', { days }, { ttl: days * DAY_SECONDS });
        await storage.increment('x', 1, { ttl: days * DAY_SECONDS });
        await eventLoopTurns(4);
        await context.passTime((days - 1) * DAY_MS);
        assertSameJson(await storage.getState('x'), { days });
        assert.notEqual(await storage.getCounter('x'), null);
        await context.passTime(DAY_MS);
        assert.equal(await storage.getState('x'), null);
        assert.equal(await storage.getCounter('x'), null);
      }
    }),
    testWithout('server-clock', 'TTL-4 a clock that steps back loses no entry', async (context) => {
      const clock = new FakeClock(1_000 * DAY_MS);
      const storage = await context.open({ clock, sweepInterval: 10 });
      await storage.setState('x', { name: 'x' }, { ttl: 2 * DAY_SECONDS });
      await storage.setState('permanent', { name: 'permanent' });
      await storage.increment('x', 3, { ttl: 2 * DAY_SECONDS });
      clock.set(10 * DAY_MS);
      await eventLoopTurns(4);
      assertSameJson(await storage.getStates(['x', 'permanent']), [{ name: 'x' }, { name: 'permanent' }]);
      assert.equal(await storage.increment('x'), 4);
      await storage.setState('y', { name: 'y' }, { ttl: DAY_SECONDS });
      clock.advance(DAY_MS);
      assert.deepEqual(await storage.getStates(['y']), [null]);
      clock.set(1_002 * DAY_MS);
      assertSameJson(await storage.getStates(['x', 'permanent']), [null, { name: 'permanent' }]);
      assert.equal(await storage.getCounter('x'), null);
    }),
    test('TTL-5 removes expired entries that are never read again', async (context) => {
      const storage = await context.open({ sweepInterval: 10 });
      await Promise.all(times(300, (index) => storage.setState(`x:${index}`, { index }, { ttl: 1000 })));
      await Promise.all(times(20, (index) => storage.increment(`x:${index}`, 1, { ttl: 1000 })));
      await storage.setState('permanent', { name: 'permanent' });
      await storage.setState('live', { name: 'live' }, { ttl: 500_000 });
      await context.passTime(1_000_000);
      await waitUntilStored(context, 2);
      assertSameJson(await storage.getStates(['permanent', 'live']), [{ name: 'permanent' }, { name: 'live' }]);
    }),
    test('TTL-5 a sweep does not remove entries whose deadline was moved later', async (context) => {
      const storage = await context.open({ sweepInterval: 10 });
      for (const identifier of ['touched', 'rewritten', 'counted']) {
        await storage.setState(identifier, { identifier }, { ttl: 1000 });
        await storage.increment(identifier, 1, { ttl: 1000 });
      }
      await storage.touch('touched', 0);
      await storage.setState('rewritten', { name: 'rewritten' }, { ttl: 9000 });
      await storage.increment('counted', 1, { ttl: 9000 });
      await context.passTime(1_000_000);
      await waitUntilStored(context, 3);
      assertSameJson(await storage.getState('touched'), { identifier: 'touched' });
      assertSameJson(await storage.getState('rewritten'), { name: 'rewritten' });
      assert.equal(await storage.getCounter('counted'), 2);
      assert.equal(await storage.getCounter('touched'), null);
    }),
  ],
};

async function openWithExpired(context: ContractContext): Promise<BaseStorage> {
  const storage = await context.open();
  await storage.clearNamespace();
  await storage.setState('x', { name: 'expired' }, { ttl: 60 });
  await storage.increment('x', 9, { ttl: 60 });
  await context.passTime(60_000);
  return storage;
}

function touch(storage: BaseStorage): Promise<boolean> {
  return storage.touch('x', 600);
}

function remove(storage: BaseStorage): Promise<boolean> {
  return storage.deleteState('x');
}

function clear(storage: BaseStorage): Promise<number> {
  return storage.clearNamespace();
}

/**
 * Waits until the sweep has left this many entries. Without `countStored` the suite cannot look into the store and only
 * waits a few turns of the event loop.
 */
async function waitUntilStored(context: ContractContext, expected: number): Promise<void> {
  const { harness, namespace } = context;
  if (harness.countStored === undefined) return eventLoopTurns(40);
  const deadline = Date.now() + BACKGROUND_TIMEOUT_MS;
  let stored = await harness.countStored(namespace);
  while (stored !== expected && Date.now() < deadline) {
    await eventLoopTurns(5);
    stored = await harness.countStored(namespace);
  }
  assert.equal(stored, expected, 'number of entries left in the store after the sweep');
}
