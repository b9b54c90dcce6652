import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import { type ContractChapter, test, testWith, testWithout } from '../contract-test.js';
import { assertSameJson, assertSameMembers, rejection, times, untyped } from '../expectations.js';

const WRONG_NAMESPACES: readonly unknown[] = [
  '',
  'x'.repeat(65),
  'a:b',
  'a#b',
  'a b',
  'a/b',
  'a*',
  'é',
  'a\n',
  5,
  null,
];

/** Identifiers that would meet a neighbour's if keys were glued together without care. */
const GLUED = ['x', 'b:x', '.b:x', ':x', '#x', ':b:x', 'state:x', 'counter:x'];

/** That what lies in one namespace or key space is invisible from every other. */
export const namespacesChapter: ContractChapter = {
  title: 'namespaces',
  tests: [
    test('NS-1 takes 1 to 64 letters, digits, dots, underscores and dashes', async (world) => {
      const long = world.namespace.padEnd(64, 'x');
      for (const namespace of [long, `${world.namespace}.A-b_9.`, `-${world.namespace}`, `.${world.namespace}`]) {
        const storage = await world.open({ namespace });
        await storage.setState('x', { namespace });
        assertSameJson(await storage.getState('x'), { namespace });
        assert.equal(await storage.clearNamespace(), 1);
      }
    }),
    test('NS-1 refuses any other namespace', (world) =>
      assertRefusedOptions((namespace) => world.create({ namespace }))),
    testWithout('no-views', 'NS-1 refuses any other namespace of a view', async (world) => {
      const storage = await world.open();
      await assertRefusedOptions((namespace) => storage.withNamespace(namespace));
      await assertRefusedOptions(() => storage.withNamespace(untyped(undefined)));
    }),
    testWithout('no-views', 'NS-1 views of neighbouring namespaces never meet', async (world) => {
      const storage = await world.open();
      await assertNeverMeet(neighbours(world.namespace).map((namespace) => storage.withNamespace(namespace)));
    }),
    testWithout('in-process', 'NS-1 storages of neighbouring namespaces over one store never meet', async (world) => {
      await assertNeverMeet(
        await Promise.all(neighbours(world.namespace).map((namespace) => world.open({ namespace }))),
      );
    }),
    testWithout('in-process', 'NS-1 storages of one namespace over one store see the same entries', async (world) => {
      const [first, second] = [await world.open(), await world.open()];
      await first.setState('x', { from: 'first' });
      await first.increment('x', 3);
      assertSameJson(await second.getState('x'), { from: 'first' });
      assert.equal(await second.increment('x'), 4);
    }),
    testWith('in-process', 'NS-1 each storage of the process keeps its own entries', async (world) => {
      const [first, second] = [await world.open(), await world.open()];
      await first.setState('x', { from: 'first' });
      assert.equal(await second.getState('x'), null);
      assert.ok(world.harness.plant === undefined && world.harness.readRaw === undefined);
    }),
    testWith('no-views', 'NS-1 a storage without views refuses to give one', async (world) => {
      const storage = await world.open();
      assert.throws(() => storage.withNamespace('other'));
    }),
    test('NS-2 a state and a counter of one identifier do not see each other', async (world) => {
      const storage = await world.open();
      await storage.increment('counter', 7, { ttl: 500 });
      assert.equal(await storage.getState('counter'), null);
      assert.equal(await storage.getTtl('counter'), undefined);
      assert.equal(await storage.touch('counter', 0), false);
      assert.equal(await storage.deleteState('counter'), false);
      assert.equal(await storage.compareAndSet('counter', { name: 'state' }), true);
      assert.equal(await storage.getCounter('counter'), 7);
      await storage.setState('state', { name: 'state' });
      assert.equal(await storage.getCounter('state'), null);
      assert.equal(await storage.deleteCounter('state'), false);
      assertSameMembers(await storage.listKeys(), ['counter', 'state']);
    }),
    test('NS-2 a state and a counter of one identifier expire and end apart', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { name: 'state' }, { ttl: 1000 });
      await storage.increment('x', 5, { ttl: 100_000 });
      world.assertTtl(await storage.getTtl('x'), 1000);
      await world.passTime(1_000_000);
      assert.equal(await storage.getState('x'), null);
      assert.equal(await storage.increment('x', 1), 6);
      await storage.setState('x', { name: 'again' });
      assert.equal(await storage.deleteCounter('x'), true);
      assertSameJson(await storage.getState('x'), { name: 'again' });
    }),
    test('NS-3 clears every state and counter, and counts the live ones', async (world) => {
      const storage = await world.open();
      await storage.setState('a', { name: 'a' });
      await storage.setState('b', { name: 'b' }, { ttl: 5000 });
      await storage.setState('expired', { name: 'expired' }, { ttl: 1 });
      await storage.increment('a');
      await storage.increment('expired', 1, { ttl: 1 });
      await world.passTime(1000);
      assert.equal(await storage.clearNamespace(), 3);
      assert.equal(await storage.clearNamespace(), 0);
      assert.deepEqual(await storage.listKeys(), []);
      assertSameJson(await storage.getStates(['a', 'b']), [null, null]);
      assert.equal(await storage.getTtl('b'), undefined);
      assert.equal(await storage.increment('a'), 1);
      assert.equal(await storage.compareAndSet('b', { name: 'b' }), true);
      assert.equal(await storage.getTtl('b'), null);
    }),
    test('NS-3 clears more than fits in one batch', async (world) => {
      const storage = await world.open();
      await Promise.all(times(1200, (index) => storage.setState(`state:${index}`, { index })));
      await Promise.all(times(30, (index) => storage.increment(`counter:${index}`)));
      assert.equal(await storage.clearNamespace(), 1230);
      assert.deepEqual(await storage.listKeys(), []);
      assert.equal(await storage.getCounter('counter:29'), null);
    }),
    testWithout('no-views', 'NS-3 clears nothing of a neighbouring namespace', async (world) => {
      const storage = await world.open();
      const namespaces = neighbours(world.namespace);
      const neighbouring = namespaces.slice(1).map((namespace) => storage.withNamespace(namespace));
      for (const neighbour of [storage, ...neighbouring]) await fill(neighbour, neighbour.namespace);
      assert.equal(await storage.clearNamespace(), GLUED.length * 2);
      for (const neighbour of neighbouring) await assertFilled(neighbour, neighbour.namespace);
    }),
    testWithout('no-views', 'NS-4 <root>.<feature> is a namespace like any other', async (world) => {
      const root = await world.open({ defaultTtl: 500, maxStateBytes: 40 });
      const feature = root.withNamespace(`${root.namespace}.orders`);
      assert.equal(feature.namespace, `${world.namespace}.orders`);
      assert.equal(feature.backend, root.backend);
      await feature.setState('x', { name: 'feature' });
      assert.equal(await root.getState('x'), null);
      world.assertTtl(await feature.getTtl('x'), 500);
      const error = await rejection(() => feature.setState('x', { name: 'x'.repeat(40) }));
      assert.ok(isFsmStorageError(error) && error.code === 'STATE_TOO_LARGE');
    }),
  ],
};

function neighbours(namespace: string): string[] {
  return [namespace, `${namespace}.b`, `${namespace}b`, `${namespace}-b`, `${namespace}_`, namespace.toUpperCase()];
}

async function assertRefusedOptions(use: (namespace: string) => unknown): Promise<void> {
  for (const namespace of WRONG_NAMESPACES) {
    const error = await rejection(async () => use(untyped(namespace)));
    assert.ok(isFsmStorageError(error) && error.code === 'INVALID_OPTIONS', `${String(namespace)}: ${String(error)}`);
  }
}

async function assertNeverMeet(storages: readonly BaseStorage[]): Promise<void> {
  for (const storage of storages) {
    assert.deepEqual(await storage.listKeys(), []);
    for (const identifier of GLUED) assert.equal(await storage.compareAndSet(identifier, { name: 'taken' }), true);
    await fill(storage, storage.namespace);
  }
  for (const storage of storages) await assertFilled(storage, storage.namespace);
}

async function fill(storage: BaseStorage, mark: string): Promise<void> {
  for (const [index, identifier] of GLUED.entries()) {
    await storage.setState(identifier, { mark, identifier });
    assert.equal(await storage.increment(identifier, index + 1), index + 1);
  }
}

async function assertFilled(storage: BaseStorage, mark: string): Promise<void> {
  assertSameMembers(await storage.listKeys(), GLUED);
  assertSameJson(
    await storage.getStates(GLUED),
    GLUED.map((identifier) => ({ mark, identifier })),
  );
  for (const [index, identifier] of GLUED.entries()) assert.equal(await storage.getCounter(identifier), index + 1);
}
