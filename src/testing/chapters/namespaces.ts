import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import { type ContractChapter, test, testWith, testWithout } from '../contract-test.js';
import { assertSameJson, assertSameMembers, expectRejection, times, untyped } from '../expectations.js';

const INVALID_NAMESPACES: readonly unknown[] = [
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

/** Identifiers that would collide with those of a similar namespace if keys were joined without a safe separator. */
const COLLISION_PRONE = ['x', 'b:x', '.b:x', ':x', '#x', ':b:x', 'state:x', 'counter:x'];

/** Entries of one namespace, and of one kind, are invisible from every other. */
export const namespacesChapter: ContractChapter = {
  title: 'namespaces',
  tests: [
    test('NS-1 accepts a namespace of 1 to 64 letters, digits, dots, underscores and dashes', async (context) => {
      const long = context.namespace.padEnd(64, 'x');
      for (const namespace of [long, `${context.namespace}.A-b_9.`, `-${context.namespace}`, `.${context.namespace}`]) {
        const storage = await context.open({ namespace });
        await storage.setState('x', { namespace });
        assertSameJson(await storage.getState('x'), { namespace });
        assert.equal(await storage.clearNamespace(), 1);
      }
    }),
    test('NS-1 rejects every other namespace', (context) =>
      assertInvalidNamespacesReject((namespace) => context.create({ namespace }))),
    testWithout('no-views', 'NS-1 withNamespace rejects every other namespace', async (context) => {
      const storage = await context.open();
      await assertInvalidNamespacesReject((namespace) => storage.withNamespace(namespace));
      await assertInvalidNamespacesReject(() => storage.withNamespace(untyped(undefined)));
    }),
    testWithout('no-views', "NS-1 views of similar namespaces do not see each other's entries", async (context) => {
      const storage = await context.open();
      await assertIsolated(similarNamespaces(context.namespace).map((namespace) => storage.withNamespace(namespace)));
    }),
    testWithout(
      'in-process',
      "NS-1 storages of similar namespaces over one store do not see each other's entries",
      async (context) => {
        await assertIsolated(
          await Promise.all(similarNamespaces(context.namespace).map((namespace) => context.open({ namespace }))),
        );
      },
    ),
    testWithout(
      'in-process',
      'NS-1 storages of the same namespace over one store see the same entries',
      async (context) => {
        const [first, second] = [await context.open(), await context.open()];
        await first.setState('x', { from: 'first' });
        await first.increment('x', 3);
        assertSameJson(await second.getState('x'), { from: 'first' });
        assert.equal(await second.increment('x'), 4);
      },
    ),
    testWith('in-process', 'NS-1 two in-process storages do not share entries', async (context) => {
      const [first, second] = [await context.open(), await context.open()];
      await first.setState('x', { from: 'first' });
      assert.equal(await second.getState('x'), null);
      assert.ok(context.harness.writeRaw === undefined && context.harness.readRaw === undefined);
    }),
    testWith('no-views', 'NS-1 withNamespace of a storage without views throws', async (context) => {
      const storage = await context.open();
      assert.throws(() => storage.withNamespace('other'));
    }),
    test('NS-2 a state and a counter with the same identifier are independent', async (context) => {
      const storage = await context.open();
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
    test('NS-2 a state and a counter with the same identifier end independently', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'state' }, { ttl: 1000 });
      await storage.increment('x', 5, { ttl: 100_000 });
      context.assertTtl(await storage.getTtl('x'), 1000);
      await context.passTime(1_000_000);
      assert.equal(await storage.getState('x'), null);
      assert.equal(await storage.increment('x', 1), 6);
      await storage.setState('x', { name: 'again' });
      assert.equal(await storage.deleteCounter('x'), true);
      assertSameJson(await storage.getState('x'), { name: 'again' });
    }),
    test('NS-3 clearNamespace removes every state and counter and returns how many were live', async (context) => {
      const storage = await context.open();
      await storage.setState('a', { name: 'a' });
      await storage.setState('b', { name: 'b' }, { ttl: 5000 });
      await storage.setState('expired', { name: 'expired' }, { ttl: 1 });
      await storage.increment('a');
      await storage.increment('expired', 1, { ttl: 1 });
      await context.passTime(1000);
      assert.equal(await storage.clearNamespace(), 3);
      assert.equal(await storage.clearNamespace(), 0);
      assert.deepEqual(await storage.listKeys(), []);
      assertSameJson(await storage.getStates(['a', 'b']), [null, null]);
      assert.equal(await storage.getTtl('b'), undefined);
      assert.equal(await storage.increment('a'), 1);
      assert.equal(await storage.compareAndSet('b', { name: 'b' }), true);
      assert.equal(await storage.getTtl('b'), null);
    }),
    test('NS-3 clearNamespace removes more entries than fit in one batch', async (context) => {
      const storage = await context.open();
      await Promise.all(times(1200, (index) => storage.setState(`state:${index}`, { index })));
      await Promise.all(times(30, (index) => storage.increment(`counter:${index}`)));
      assert.equal(await storage.clearNamespace(), 1230);
      assert.deepEqual(await storage.listKeys(), []);
      assert.equal(await storage.getCounter('counter:29'), null);
    }),
    testWithout('no-views', 'NS-3 clearNamespace removes nothing from a similar namespace', async (context) => {
      const storage = await context.open();
      const namespaces = similarNamespaces(context.namespace);
      const similar = namespaces.slice(1).map((namespace) => storage.withNamespace(namespace));
      for (const each of [storage, ...similar]) await fill(each, each.namespace);
      assert.equal(await storage.clearNamespace(), COLLISION_PRONE.length * 2);
      for (const each of similar) await assertFilled(each, each.namespace);
    }),
    testWithout(
      'no-views',
      'NS-4 a view <root>.<feature> is a separate namespace with the options of its storage',
      async (context) => {
        const root = await context.open({ defaultTtl: 500, maxStateBytes: 40 });
        const feature = root.withNamespace(`${root.namespace}.orders`);
        assert.equal(feature.namespace, `${context.namespace}.orders`);
        assert.equal(feature.backend, root.backend);
        await feature.setState('x', { name: 'feature' });
        assert.equal(await root.getState('x'), null);
        context.assertTtl(await feature.getTtl('x'), 500);
        const error = await expectRejection(() => feature.setState('x', { name: 'x'.repeat(40) }));
        assert.ok(isFsmStorageError(error) && error.code === 'STATE_TOO_LARGE');
      },
    ),
  ],
};

function similarNamespaces(namespace: string): string[] {
  return [namespace, `${namespace}.b`, `${namespace}b`, `${namespace}-b`, `${namespace}_`, namespace.toUpperCase()];
}

async function assertInvalidNamespacesReject(use: (namespace: string) => unknown): Promise<void> {
  for (const namespace of INVALID_NAMESPACES) {
    const error = await expectRejection(async () => use(untyped(namespace)));
    assert.ok(isFsmStorageError(error) && error.code === 'INVALID_OPTIONS', `${String(namespace)}: ${String(error)}`);
  }
}

async function assertIsolated(storages: readonly BaseStorage[]): Promise<void> {
  for (const storage of storages) {
    assert.deepEqual(await storage.listKeys(), []);
    for (const identifier of COLLISION_PRONE)
      assert.equal(await storage.compareAndSet(identifier, { name: 'taken' }), true);
    await fill(storage, storage.namespace);
  }
  for (const storage of storages) await assertFilled(storage, storage.namespace);
}

async function fill(storage: BaseStorage, mark: string): Promise<void> {
  for (const [index, identifier] of COLLISION_PRONE.entries()) {
    await storage.setState(identifier, { mark, identifier });
    assert.equal(await storage.increment(identifier, index + 1), index + 1);
  }
}

async function assertFilled(storage: BaseStorage, mark: string): Promise<void> {
  assertSameMembers(await storage.listKeys(), COLLISION_PRONE);
  assertSameJson(
    await storage.getStates(COLLISION_PRONE),
    COLLISION_PRONE.map((identifier) => ({ mark, identifier })),
  );
  for (const [index, identifier] of COLLISION_PRONE.entries())
    assert.equal(await storage.getCounter(identifier), index + 1);
}
