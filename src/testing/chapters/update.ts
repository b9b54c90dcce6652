import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import type { StateDocument } from '../../contract/state-document.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameJson, expectError, expectRejection, times, untyped } from '../expectations.js';

/** update reads, changes and writes in one step, as far as other callers can see. */
export const updateChapter: ContractChapter = {
  title: 'update',
  tests: [
    test('CAS-5 passes the live state to the change and returns the stored state', async (context) => {
      const storage = await context.open();
      assertSameJson(await storage.update('x', (current) => ({ seen: current })), { seen: null });
      assertSameJson(await storage.update('x', (current) => ({ ...current, step: 1 })), { seen: null, step: 1 });
      assertSameJson(await storage.getState('x'), { seen: null, step: 1 });
    }),
    test('CAS-5 accepts a copy that the change modified in place', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { data: { items: [1] } });
      const push = (current: StateDocument | null): StateDocument | null => {
        untyped<{ data: { items: number[] } }>(current).data.items.push(2);
        return current;
      };
      assertSameJson(await storage.update('x', push), { data: { items: [1, 2] } });
      assertSameJson(await storage.getState('x'), { data: { items: [1, 2] } });
    }),
    test('CAS-5 deletes the state, if there is one, when the change returns null', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'x' });
      await storage.increment('x', 4);
      assert.equal(await storage.update('x', () => null), null);
      assert.equal(await storage.getState('x'), null);
      assert.deepEqual(await storage.listKeys(), []);
      assert.equal(await storage.update('x', () => null), null);
      assert.equal(await storage.compareAndSet('x', { name: 'new' }), true);
      assert.equal(await storage.getCounter('x'), 4);
    }),
    test('CAS-5 loses none of many concurrent updates', async (context) => {
      const storage = await context.open();
      await Promise.all(times(20, () => storage.update('x', addOne)));
      assertSameJson(await storage.getState('x'), { count: 20 });
    }),
    test("CAS-5 callers of one storage wait in a queue and do not use up each other's attempts", async (context) => {
      const storage = await context.open();
      let calls = 0;
      const change = (current: StateDocument | null): StateDocument => {
        calls++;
        return addOne(current);
      };
      await Promise.all(times(20, () => storage.update('x', change, { attempts: 1 })));
      assertSameJson(await storage.getState('x'), { count: 20 });
      assert.equal(calls, 20);
    }),
    testWithout('no-views', 'CAS-5 updates in different namespaces do not affect each other', async (context) => {
      const storage = await context.open();
      const others = times(3, (index) => storage.withNamespace(`${context.namespace}.${index}`));
      await Promise.all([storage, ...others].flatMap((each) => times(5, () => each.update('x', addOne))));
      for (const each of [storage, ...others]) assertSameJson(await each.getState('x'), { count: 5 });
    }),
    testWithout('in-process', 'CAS-5 loses no update of several storages over one store', async (context) => {
      const storages = await Promise.all(times(3, () => context.open()));
      await Promise.all(storages.flatMap((storage) => times(8, () => storage.update('x', addOne))));
      assertSameJson(await storages[0]?.getState('x'), { count: 24 });
    }),
    test('CAS-5 calls the change again after a concurrent write', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { count: 10 });
      const writer = new ConcurrentWriter(storage, 2);
      await storage.update('x', (current) => {
        writer.writeOnce();
        return addOne(current);
      });
      await writer.finish();
      const { count } = untyped<{ count: number }>(await storage.getState('x'));
      assert.equal(count, 1003, 'the update must build on the last concurrent write');
    }),
    test('CAS-5 deletes only the state that the change received', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { count: 10 });
      const writer = new ConcurrentWriter(storage, 1);
      const seen: unknown[] = [];
      await storage.update('x', (current) => {
        seen.push(current);
        writer.writeOnce();
        return current?.['count'] === 10 ? null : current;
      });
      await writer.finish();
      assertSameJson(seen, [{ count: 10 }, { count: 1001 }]);
      assertSameJson(await storage.getState('x'), { count: 1001 });
    }),
    test('CAS-5 rejects with CONTENTION after the last attempt and writes nothing', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { count: 0 });
      const writer = new ConcurrentWriter(storage, Infinity);
      let calls = 0;
      const change = (): StateDocument => {
        calls++;
        writer.writeOnce();
        return { name: 'wrong' };
      };
      await expectError(() => storage.update('x', change, { attempts: 3 }), 'CONTENTION');
      await writer.finish();
      assert.equal(calls, 3);
      assertSameJson(await storage.getState('x'), { count: 1003 });
      assertSameJson(await storage.update('x', addOne), { count: 1004 });
    }),
    test('CAS-5 rejects with the error that the change throws, and the next update runs', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { count: 1 }, { ttl: 50_000 });
      const thrown = new Error('from the change');
      await context.assertUnchanged(storage, 'x', async () => {
        const failing = storage.update('x', () => {
          throw thrown;
        });
        assert.equal(await expectRejection(() => failing), thrown);
      });
      const both = await Promise.allSettled([
        storage.update('x', () => { throw thrown; }), // prettier-ignore
        storage.update('x', addOne),
      ]);
      assert.deepEqual(
        both.map(({ status }) => status),
        ['rejected', 'fulfilled'],
      );
      assertSameJson(await storage.getState('x'), { count: 2 });
    }),
    test('CAS-5 rejects a change that is asynchronous or does not return a document', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { count: 1 });
      await context.assertUnchanged(storage, 'x', async () => {
        await expectError(
          () =>
            storage.update<StateDocument>(
              'x',
              untyped(async () => ({ count: 2 })),
            ),
          'INVALID_STATE',
        );
        await expectError(
          () =>
            storage.update<StateDocument>(
              'x',
              untyped(() => undefined),
            ),
          'INVALID_STATE',
        );
      });
    }),
    test('CAS-5 rejects invalid arguments before calling the change', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { count: 1 });
      let calls = 0;
      const change = (): StateDocument => ({ calls: calls++ });
      await context.assertUnchanged(storage, 'x', async () => {
        for (const attempts of [0, -1, 1.5, NaN, Infinity, '3', null]) {
          const error = await expectRejection(() => storage.update('x', change, { attempts: untyped(attempts) }));
          assert.ok(isFsmStorageError(error), `attempts ${String(attempts)}: ${String(error)}`);
        }
        await expectError(() => storage.update('x', change, { ttl: -1 }), 'INVALID_TTL');
        const error = await expectRejection(() => storage.update<StateDocument>('x', untyped(undefined)));
        assert.ok(isFsmStorageError(error), String(error));
      });
      assert.equal(calls, 0);
    }),
  ],
};

/** Writes to the state while an update is running. */
class ConcurrentWriter {
  readonly #storage: BaseStorage;
  readonly #writes: Promise<void>[] = [];
  readonly #maxWrites: number;

  constructor(storage: BaseStorage, maxWrites: number) {
    this.#storage = storage;
    this.#maxWrites = maxWrites;
  }

  writeOnce(): void {
    if (this.#writes.length >= this.#maxWrites) return;
    this.#writes.push(this.#storage.setState('x', { count: 1001 + this.#writes.length }));
  }

  async finish(): Promise<void> {
    await Promise.all(this.#writes);
  }
}

function addOne(current: StateDocument | null): StateDocument {
  return { count: Number(current?.['count'] ?? 0) + 1 };
}
