import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameJson, collect, expectError, rejection, times, untyped } from '../expectations.js';
import { ALL_OPERATIONS } from './operations.js';

/** When a storage works, and that starting and stopping are safe at any moment. */
export const lifecycleChapter: ContractChapter = {
  title: 'lifecycle',
  tests: [
    test('LC-2 nothing works before start', async (world) => {
      await assertNothingWorks(world.create());
    }),
    test('LC-2 nothing works after stop', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { name: 'x' });
      await storage.stop();
      await assertNothingWorks(storage);
    }),
    test('LC-2 not being started is told before a wrong argument is', async (world) => {
      const storage = world.create();
      const wrong = untyped<never>(NaN);
      await expectError(() => storage.getState(''), 'NOT_STARTED');
      await expectError(() => storage.getStates(wrong), 'NOT_STARTED');
      await expectError(() => storage.setState('x', wrong, { ttl: -1 }), 'NOT_STARTED');
      await expectError(() => storage.compareAndSet('x', wrong, wrong), 'NOT_STARTED');
      await expectError(() => storage.update('x', wrong), 'NOT_STARTED');
      await expectError(() => storage.touch('x', -1), 'NOT_STARTED');
      await expectError(() => storage.increment('x', wrong), 'NOT_STARTED');
      await expectError(() => storage.listKeys('['), 'NOT_STARTED');
      await expectError(() => collect(storage.scanKeys('[')), 'NOT_STARTED');
    }),
    test('LC-1 start twice, also at once, is once', async (world) => {
      const storage = world.create();
      await Promise.all([storage.start(), storage.start(), storage.start()]);
      await storage.start();
      assert.equal(await storage.increment('x'), 1);
      await storage.stop();
      await expectError(() => storage.increment('x'), 'NOT_STARTED');
    }),
    test('LC-1 a storage is ready when any of the starts resolves', async (world) => {
      const storage = world.create();
      const starts = [storage.start(), storage.start()];
      for (const start of starts) {
        await start;
        assert.equal(await storage.health(), true);
        assert.equal(await storage.getState('x'), null);
      }
    }),
    test('LC-1 stop twice, also at once, and before start, is harmless', async (world) => {
      const storage = world.create();
      await storage.stop();
      await storage.start();
      await storage.setState('x', { name: 'x' });
      await Promise.all([storage.stop(), storage.stop(), storage.stop()]);
      await storage.stop();
      await expectError(() => storage.getState('x'), 'NOT_STARTED');
    }),
    test('LC-1 start after stop works, again and again', async (world) => {
      const storage = world.create();
      for (let round = 0; round < 3; round++) {
        await storage.start();
        await storage.setState(`x:${round}`, { round });
        assertSameJson(await storage.getState(`x:${round}`), { round });
        assert.equal(await storage.health(), true);
        await storage.stop();
        assert.equal(await storage.health(), false);
      }
    }),
    test('LC-1 start called during stop, and stop during start, end in order', async (world) => {
      const storage = await world.open();
      await Promise.all([storage.stop(), storage.start()]);
      assert.equal(await storage.increment('x'), await storage.getCounter('x'));
      await Promise.all([storage.stop(), storage.start(), storage.stop()]);
      await expectError(() => storage.increment('x'), 'NOT_STARTED');
      await storage.start();
      assert.equal(await storage.health(), true);
    }),
    test('LC-1 stop waits for operations in flight', async (world) => {
      const storage = await world.open();
      let settled = 0;
      const operations = times(40, (index) => async () => {
        await storage.setState(`x:${index}`, { index });
        settled++;
      });
      const running = operations.map((operation) => operation());
      await storage.stop();
      assert.equal(settled, 40, 'operations were still running when stop resolved');
      await Promise.all(running);
    }),
    test('LC-1 what was acknowledged before stop is there after start', async (world) => {
      const storage = await world.open();
      await fillAndStop(storage);
      await storage.start();
      await assertFilled(storage);
    }),
    testWithout('in-process', 'LC-1 what was acknowledged before stop is there for another storage', async (world) => {
      await fillAndStop(await world.open());
      await assertFilled(await world.open());
    }),
    test('LC-1 stop waits for an update in flight, its turn in the queue included', async (world) => {
      const storage = await world.open();
      let settled = 0;
      const updates = times(10, async (index) => {
        await storage.update('x', () => ({ index }));
        settled++;
      });
      await storage.stop();
      assert.equal(settled, 10);
      await Promise.all(updates);
    }),
    test('LC-1 stop is not held up by a scan that nobody goes on with', async (world) => {
      const storage = await world.open();
      await Promise.all(times(600, (index) => storage.setState(`x:${index}`, { index })));
      const scan = storage.scanKeys()[Symbol.asyncIterator]();
      assert.equal((await scan.next()).done, false);
      await storage.stop();
      assert.equal(await storage.health(), false);
    }),
    test('LC-1 a scan that goes on after stop ends, at worst with the error for it', async (world) => {
      const storage = await world.open();
      await Promise.all(times(600, (index) => storage.setState(`x:${index}`, { index })));
      const scan = storage.scanKeys()[Symbol.asyncIterator]();
      await scan.next();
      const stopping = storage.stop();
      const rest = collect({ [Symbol.asyncIterator]: () => scan });
      const [result] = await Promise.allSettled([rest, stopping]);
      const isInOrder = result.status === 'fulfilled' || isFsmStorageError(result.reason);
      assert.ok(isInOrder, JSON.stringify(result));
      await stopping;
    }),
    testWithout('no-views', 'LC-1 a view is started and stopped with its storage', async (world) => {
      const storage = world.create();
      const view = storage.withNamespace(`${world.namespace}.view`);
      await assertNothingWorks(view);
      await storage.start();
      await view.setState('x', { name: 'x' });
      assert.equal(await view.health(), true);
      await storage.stop();
      await assertNothingWorks(view);
      await view.start();
      assert.equal(await storage.increment('x'), await storage.getCounter('x'));
    }),
    testWithout(
      'in-process',
      'LC-1 several storages may start at once on a store that is still empty',
      async (world) => {
        const harness = await world.backend.createHarness();
        const storages = times(5, () => harness.createStorage({ namespace: world.namespace }));
        try {
          await Promise.all(storages.map((storage) => storage.start()));
          await Promise.all(storages.map((storage) => storage.increment('x')));
          assert.equal(await storages[0]?.getCounter('x'), 5);
        } finally {
          await Promise.all(storages.map((storage) => storage.stop()));
          await harness.dispose();
        }
      },
    ),
    testWithout('no-interruption', 'LC-1 a start that fails is an error and may be tried again', async (world) => {
      const storage = world.create();
      await world.duringOutage(async () => {
        const error = await rejection(() => storage.start());
        assert.ok(isFsmStorageError(error), String(error));
        await expectError(() => storage.getState('x'), 'NOT_STARTED');
        assert.equal(await storage.health(), false);
      });
      await storage.start();
      assert.equal(await storage.increment('x'), 1);
    }),
  ],
};

async function assertNothingWorks(storage: BaseStorage): Promise<void> {
  for (const { run } of ALL_OPERATIONS) await expectError(() => run(storage, 'x'), 'NOT_STARTED');
  assert.equal(await storage.health(), false);
}

async function fillAndStop(storage: BaseStorage): Promise<void> {
  const running = times(40, (index) => storage.setState(`x:${index}`, { index }));
  const counted = storage.increment('x', 5);
  await storage.stop();
  await Promise.all([...running, counted]);
}

async function assertFilled(storage: BaseStorage): Promise<void> {
  assert.equal((await storage.listKeys()).length, 40);
  assert.equal(await storage.getCounter('x'), 5);
  assertSameJson(await storage.getState('x:39'), { index: 39 });
}
