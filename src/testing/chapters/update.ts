import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import type { StateDocument } from '../../contract/state-document.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameJson, expectError, rejection, times, untyped } from '../expectations.js';

/** That read, change and write are one step to everybody else. */
export const updateChapter: ContractChapter = {
  title: 'update',
  tests: [
    test('CAS-5 hands over the live state and gives back what is stored now', async (world) => {
      const storage = await world.open();
      assertSameJson(await storage.update('x', (current) => ({ seen: current })), { seen: null });
      assertSameJson(await storage.update('x', (current) => ({ ...current, step: 1 })), { seen: null, step: 1 });
      assertSameJson(await storage.getState('x'), { seen: null, step: 1 });
    }),
    test('CAS-5 takes a copy that was changed in place', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { data: { items: [1] } });
      const push = (current: StateDocument | null): StateDocument | null => {
        untyped<{ data: { items: number[] } }>(current).data.items.push(2);
        return current;
      };
      assertSameJson(await storage.update('x', push), { data: { items: [1, 2] } });
      assertSameJson(await storage.getState('x'), { data: { items: [1, 2] } });
    }),
    test('CAS-5 null deletes, and is nothing where there is no state', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { name: 'x' });
      await storage.increment('x', 4);
      assert.equal(await storage.update('x', () => null), null);
      assert.equal(await storage.getState('x'), null);
      assert.deepEqual(await storage.listKeys(), []);
      assert.equal(await storage.update('x', () => null), null);
      assert.equal(await storage.compareAndSet('x', { name: 'new' }), true);
      assert.equal(await storage.getCounter('x'), 4);
    }),
    test('CAS-5 loses none of many updates at once', async (world) => {
      const storage = await world.open();
      await Promise.all(times(20, () => storage.update('x', addOne)));
      assertSameJson(await storage.getState('x'), { count: 20 });
    }),
    test('CAS-5 local callers queue up instead of spending attempts on one another', async (world) => {
      const storage = await world.open();
      let calls = 0;
      const change = (current: StateDocument | null): StateDocument => {
        calls++;
        return addOne(current);
      };
      await Promise.all(times(20, () => storage.update('x', change, { attempts: 1 })));
      assertSameJson(await storage.getState('x'), { count: 20 });
      assert.equal(calls, 20);
    }),
    testWithout('no-views', 'CAS-5 callers of different namespaces and identifiers do not meet', async (world) => {
      const storage = await world.open();
      const others = times(3, (index) => storage.withNamespace(`${world.namespace}.${index}`));
      await Promise.all([storage, ...others].flatMap((each) => times(5, () => each.update('x', addOne))));
      for (const each of [storage, ...others]) assertSameJson(await each.getState('x'), { count: 5 });
    }),
    testWithout('in-process', 'CAS-5 loses no update of several storages over one store', async (world) => {
      const storages = await Promise.all(times(3, () => world.open()));
      await Promise.all(storages.flatMap((storage) => times(8, () => storage.update('x', addOne))));
      assertSameJson(await storages[0]?.getState('x'), { count: 24 });
    }),
    test('CAS-5 starts over when somebody wrote in between', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { count: 10 });
      const meddler = new Meddler(storage, 2);
      await storage.update('x', (current) => {
        meddler.meddle();
        return addOne(current);
      });
      await meddler.done();
      const { count } = untyped<{ count: number }>(await storage.getState('x'));
      assert.equal(count, 1003, 'the update is built on the last write of the meddler');
    }),
    test('CAS-5 deletes only what it saw', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { count: 10 });
      const meddler = new Meddler(storage, 1);
      const seen: unknown[] = [];
      await storage.update('x', (current) => {
        seen.push(current);
        meddler.meddle();
        return current?.['count'] === 10 ? null : current;
      });
      await meddler.done();
      assertSameJson(seen, [{ count: 10 }, { count: 1001 }]);
      assertSameJson(await storage.getState('x'), { count: 1001 });
    }),
    test('CAS-5 gives up with ContentionError after its attempts, and has written nothing', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { count: 0 });
      const meddler = new Meddler(storage, Infinity);
      let calls = 0;
      const change = (): StateDocument => {
        calls++;
        meddler.meddle();
        return { name: 'wrong' };
      };
      await expectError(() => storage.update('x', change, { attempts: 3 }), 'CONTENTION');
      await meddler.done();
      assert.equal(calls, 3);
      assertSameJson(await storage.getState('x'), { count: 1003 });
      assertSameJson(await storage.update('x', addOne), { count: 1004 });
    }),
    test('CAS-5 passes on what the change throws, changes nothing, and lets the next caller on', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { count: 1 }, { ttl: 50_000 });
      const thrown = new Error('not today');
      await world.assertUnchanged(storage, 'x', async () => {
        const failing = storage.update('x', () => {
          throw thrown;
        });
        assert.equal(await rejection(() => failing), thrown);
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
    test('CAS-5 refuses a change that is asynchronous or gives back no document', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { count: 1 });
      await world.assertUnchanged(storage, 'x', async () => {
        await expectError(
          () =>
            storage.update(
              'x',
              untyped(async () => ({ count: 2 })),
            ),
          'INVALID_STATE',
        );
        await expectError(
          () =>
            storage.update(
              'x',
              untyped(() => undefined),
            ),
          'INVALID_STATE',
        );
      });
    }),
    test('CAS-5 refuses wrong arguments before it calls the change', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { count: 1 });
      let calls = 0;
      const change = (): StateDocument => ({ calls: calls++ });
      await world.assertUnchanged(storage, 'x', async () => {
        for (const attempts of [0, -1, 1.5, NaN, Infinity, '3', null]) {
          const error = await rejection(() => storage.update('x', change, { attempts: untyped(attempts) }));
          assert.ok(isFsmStorageError(error), `attempts ${String(attempts)}: ${String(error)}`);
        }
        await expectError(() => storage.update('x', change, { ttl: -1 }), 'INVALID_TTL');
        const error = await rejection(() => storage.update('x', untyped(undefined)));
        assert.ok(isFsmStorageError(error), String(error));
      });
      assert.equal(calls, 0);
    }),
  ],
};

/** Writes while somebody else's update is at work. */
class Meddler {
  readonly #storage: BaseStorage;
  readonly #writes: Promise<void>[] = [];
  readonly #times: number;

  constructor(storage: BaseStorage, atMost: number) {
    this.#storage = storage;
    this.#times = atMost;
  }

  meddle(): void {
    if (this.#writes.length >= this.#times) return;
    this.#writes.push(this.#storage.setState('x', { count: 1001 + this.#writes.length }));
  }

  async done(): Promise<void> {
    await Promise.all(this.#writes);
  }
}

function addOne(current: StateDocument | null): StateDocument {
  return { count: Number(current?.['count'] ?? 0) + 1 };
}
