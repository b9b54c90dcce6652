import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameJson, collect, expectError, expectRejection, times, untyped } from '../expectations.js';
import { SAMPLE_CALLS } from '../sample-calls.js';

/** When a storage works, and that start and stop are safe at any time. */
export const lifecycleChapter: ContractChapter = {
  title: 'lifecycle',
  tests: [
    test('LC-2 rejects every operation before start', async (context) => {
      await assertEverythingRejects(context.create());
    }),
    test('LC-2 rejects every operation after stop', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'x' });
      await storage.stop();
      await assertEverythingRejects(storage);
    }),
    test('LC-2 reports NOT_STARTED before validating arguments', async (context) => {
      const storage = context.create();
      const invalid = untyped<never>(NaN);
      await expectError(() => storage.getState(''), 'NOT_STARTED');
      await expectError(() => storage.getStates(invalid), 'NOT_STARTED');
      await expectError(() => storage.setState('x', invalid, { ttl: -1 }), 'NOT_STARTED');
      await expectError(() => storage.compareAndSet('x', invalid, invalid), 'NOT_STARTED');
      await expectError(() => storage.update('x', invalid), 'NOT_STARTED');
      await expectError(() => storage.touch('x', -1), 'NOT_STARTED');
      await expectError(() => storage.increment('x', invalid), 'NOT_STARTED');
      await expectError(() => storage.listKeys('['), 'NOT_STARTED');
      await expectError(() => collect(storage.scanKeys('[')), 'NOT_STARTED');
    }),
    test('LC-1 repeated and concurrent calls of start take effect once', async (context) => {
      const storage = context.create();
      await Promise.all([storage.start(), storage.start(), storage.start()]);
      await storage.start();
      assert.equal(await storage.increment('x'), 1);
      await storage.stop();
      await expectError(() => storage.increment('x'), 'NOT_STARTED');
    }),
    test('LC-1 the storage is ready as soon as any concurrent start resolves', async (context) => {
      const storage = context.create();
      const starts = [storage.start(), storage.start()];
      for (const start of starts) {
        await start;
        assert.equal(await storage.health(), true);
        assert.equal(await storage.getState('x'), null);
      }
    }),
    test('LC-1 stop may be called before start, repeatedly and concurrently', async (context) => {
      const storage = context.create();
      await storage.stop();
      await storage.start();
      await storage.setState('x', { name: 'x' });
      await Promise.all([storage.stop(), storage.stop(), storage.stop()]);
      await storage.stop();
      await expectError(() => storage.getState('x'), 'NOT_STARTED');
    }),
    test('LC-1 a storage can be started again after every stop', async (context) => {
      const storage = context.create();
      for (let round = 0; round < 3; round++) {
        await storage.start();
        await storage.setState(`x:${round}`, { round });
        assertSameJson(await storage.getState(`x:${round}`), { round });
        assert.equal(await storage.health(), true);
        await storage.stop();
        assert.equal(await storage.health(), false);
      }
    }),
    test('LC-1 start during stop and stop during start take effect in the order of the calls', async (context) => {
      const storage = await context.open();
      await Promise.all([storage.stop(), storage.start()]);
      assert.equal(await storage.increment('x'), await storage.getCounter('x'));
      await Promise.all([storage.stop(), storage.start(), storage.stop()]);
      await expectError(() => storage.increment('x'), 'NOT_STARTED');
      await storage.start();
      assert.equal(await storage.health(), true);
    }),
    test('LC-1 stop waits for pending operations', async (context) => {
      const storage = await context.open();
      let settled = 0;
      const operations = times(40, (index) => async () => {
        await storage.setState(`x:${index}`, { index });
        settled++;
      });
      const running = operations.map((operation) => operation());
      await storage.stop();
      assert.equal(settled, 40, 'operations settled when stop resolved');
      await Promise.all(running);
    }),
    test('LC-1 entries acknowledged before stop exist after the next start', async (context) => {
      const storage = await context.open();
      await writeAndStop(storage);
      await storage.start();
      await assertContainsEntries(storage);
    }),
    testWithout('in-process', 'LC-1 entries acknowledged before stop exist for another storage', async (context) => {
      await writeAndStop(await context.open());
      await assertContainsEntries(await context.open());
    }),
    test('LC-1 stop waits for pending updates, including those in the queue', async (context) => {
      const storage = await context.open();
      let settled = 0;
      const updates = times(10, async (index) => {
        await storage.update('x', () => ({ index }));
        settled++;
      });
      await storage.stop();
      assert.equal(settled, 10);
      await Promise.all(updates);
    }),
    test('LC-1 stop does not wait for a scan that is no longer read', async (context) => {
      const storage = await context.open();
      await Promise.all(times(600, (index) => storage.setState(`x:${index}`, { index })));
      const scan = storage.scanKeys()[Symbol.asyncIterator]();
      assert.equal((await scan.next()).done, false);
      await storage.stop();
      assert.equal(await storage.health(), false);
    }),
    test('LC-1 a scan that is read after stop ends or rejects with an FsmStorageError', async (context) => {
      const storage = await context.open();
      await Promise.all(times(600, (index) => storage.setState(`x:${index}`, { index })));
      const scan = storage.scanKeys()[Symbol.asyncIterator]();
      await scan.next();
      const stopping = storage.stop();
      const rest = collect({ [Symbol.asyncIterator]: () => scan });
      const [result] = await Promise.allSettled([rest, stopping]);
      const isAllowed = result.status === 'fulfilled' || isFsmStorageError(result.reason);
      assert.ok(isAllowed, JSON.stringify(result));
      await stopping;
    }),
    testWithout('no-views', 'LC-1 a view starts and stops together with its storage', async (context) => {
      const storage = context.create();
      const view = storage.withNamespace(`${context.namespace}.view`);
      await assertEverythingRejects(view);
      await storage.start();
      await view.setState('x', { name: 'x' });
      assert.equal(await view.health(), true);
      await storage.stop();
      await assertEverythingRejects(view);
      await view.start();
      assert.equal(await storage.increment('x'), await storage.getCounter('x'));
    }),
    testWithout('in-process', 'LC-1 several storages can start concurrently on an empty store', async (context) => {
      const harness = await context.backend.createHarness();
      const storages = times(5, () => harness.createStorage({ namespace: context.namespace }));
      try {
        await Promise.all(storages.map((storage) => storage.start()));
        await Promise.all(storages.map((storage) => storage.increment('x')));
        assert.equal(await storages[0]?.getCounter('x'), 5);
      } finally {
        await Promise.all(storages.map((storage) => storage.stop()));
        await harness.dispose();
      }
    }),
    testWithout('no-interruption', 'LC-1 a failed start rejects and can be retried', async (context) => {
      const storage = context.create();
      await context.duringOutage(async () => {
        const error = await expectRejection(() => storage.start());
        assert.ok(isFsmStorageError(error), String(error));
        await expectError(() => storage.getState('x'), 'NOT_STARTED');
        assert.equal(await storage.health(), false);
      });
      await storage.start();
      assert.equal(await storage.increment('x'), 1);
    }),
  ],
};

async function assertEverythingRejects(storage: BaseStorage): Promise<void> {
  for (const { run } of SAMPLE_CALLS) await expectError(() => run(storage, 'x'), 'NOT_STARTED');
  assert.equal(await storage.health(), false);
}

async function writeAndStop(storage: BaseStorage): Promise<void> {
  const running = times(40, (index) => storage.setState(`x:${index}`, { index }));
  const counted = storage.increment('x', 5);
  await storage.stop();
  await Promise.all([...running, counted]);
}

async function assertContainsEntries(storage: BaseStorage): Promise<void> {
  assert.equal((await storage.listKeys()).length, 40);
  assert.equal(await storage.getCounter('x'), 5);
  assertSameJson(await storage.getState('x:39'), { index: 39 });
}
