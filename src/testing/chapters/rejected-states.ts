import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import type { StateDocument } from '../../contract/state-document.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import { type ContractChapter, test } from '../contract-test.js';
import { assertSameJson, expectError, expectRejection, untyped } from '../expectations.js';

class Order {
  readonly total = 1;
}
class Orders extends Array<number> {}

const NOT_JSON: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
  ['NaN', () => NaN],
  ['Infinity', () => Infinity],
  ['-Infinity', () => -Infinity],
  ['a bigint', () => 1n],
  ['a function', () => () => 1],
  ['a symbol', () => Symbol('when')],
  ['a Date', () => new Date()],
  ['a Map', () => new Map()],
  ['a Set', () => new Set()],
  ['a WeakMap', () => new WeakMap()],
  ['a RegExp', () => /x/],
  ['an Error', () => new Error('x')],
  ['a Promise', () => Promise.resolve()],
  ['a Buffer', () => Buffer.from('x')],
  ['a typed array', () => new Uint8Array(2)],
  ['a boxed string', () => new String('x')],
  ['a boxed number', () => new Number(1)],
  ['a class instance', () => new Order()],
  ['an instance of a subclass of Array', () => Orders.from([1])],
  ['an object that inherits a property', () => untyped(Object.create({ inherited: 1 }))],
  ['an object with toJSON()', () => ({ toJSON: () => 'x' })],
  ['a lone surrogate', () => '\ud800'],
  ['a reversed pair of surrogates', () => 'a\ude00\ud83d'],
  ['a key with a lone surrogate', () => ({ '\udc00': 1 })],
  ['a symbol key', () => ({ [Symbol('key')]: 1 })],
  ['undefined in an array', () => [undefined]],
  ['a hole in an array', createSparseArray],
  ['an array with an extra property', () => Object.assign([1], { total: 1 })],
  ['a cycle', createCycle],
  ['a cycle through an array', createArrayCycle],
]);

const INVALID_DOCUMENTS: readonly unknown[] = [[], [{ name: 'x' }], 'x', 1, true, null, undefined];

/** Which documents are rejected, with which error, and that a rejection changes nothing. */
export const rejectedStatesChapter: ContractChapter = {
  title: 'rejected states',
  tests: [
    ...[...NOT_JSON].map(([name, create]) =>
      test(`ST-2 rejects ${name} at any depth and changes nothing`, async (context) => {
        const storage = await context.open();
        await storage.setState('x', { name: 'kept' }, { ttl: 50_000 });
        await context.assertUnchanged(storage, 'x', async () => {
          await assertRejected(storage, untyped(create()), 'state');
          await assertRejected(storage, untyped({ name: 'x', data: { when: create() } }), 'state.data.when');
          await assertRejected(storage, untyped({ name: 'x', data: [[create()]] }), 'state.data');
        });
      }),
    ),
    test('ST-2 rejects a document that is not an object', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'kept' });
      await context.assertUnchanged(storage, 'x', async () => {
        for (const document of INVALID_DOCUMENTS) {
          await expectError(() => storage.setState('x', untyped(document)), 'INVALID_STATE');
          await expectError(() => storage.compareAndSet('absent', untyped(document)), 'INVALID_STATE');
          if (document === null) continue;
          await expectError(() => storage.update<StateDocument>('x', () => untyped(document)), 'INVALID_STATE');
        }
      });
    }),
    test('ST-2 rejects an expected document that is not valid JSON', async (context) => {
      const storage = await context.open();
      await storage.setState('x', {});
      await context.assertUnchanged(storage, 'x', async () => {
        for (const expected of [[], 'x', 1, true, { a: NaN }, { a: new Date() }, { a: [undefined] }, new Order()]) {
          const options = { expected: untyped<StateDocument>(expected) };
          await expectError(() => storage.compareAndSet('x', { name: 'wrong' }, options), 'INVALID_STATE');
        }
      });
    }),
    test('ST-2 accepts 200 levels of nesting and rejects 201', async (context) => {
      const storage = await context.open();
      for (const nest of [nestObjects, nestArrays]) {
        await storage.setState('x', nest(200));
        assertSameJson(await storage.getState('x'), nest(200));
        assert.equal(await storage.compareAndSet('x', nest(200), { expected: nest(200) }), true);
        await context.assertUnchanged(storage, 'x', async () => {
          await expectError(() => storage.setState('x', nest(201)), 'INVALID_STATE');
          await expectError(() => storage.setState('x', nest(5000)), 'INVALID_STATE');
          await expectError(() => storage.compareAndSet('x', {}, { expected: nest(201) }), 'INVALID_STATE');
        });
      }
    }),
    test('ST-2 omits a property whose value is undefined', async (context) => {
      const storage = await context.open();
      const document = untyped<StateDocument>({ a: undefined, b: { c: undefined }, d: 1 });
      await storage.setState('x', document);
      assertSameJson(await storage.getState('x'), { b: {}, d: 1 });
      assert.equal(await storage.compareAndSet('x', document, { expected: document }), true);
      assertSameJson(await storage.update('x', () => document), { b: {}, d: 1 });
    }),
    test('ST-2 stores -0 as 0', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { a: -0, b: [-0] });
      assertSameJson(await storage.getState('x'), { a: 0, b: [0] });
      assert.equal(await storage.compareAndSet('x', { a: 0 }, { expected: { a: 0, b: [-0] } }), true);
      assertSameJson(await storage.update('y', () => ({ a: -0 })), { a: 0 });
    }),
    test('ST-2 accepts objects without a prototype', async (context) => {
      const storage = await context.open();
      const bare = untyped<Record<string, number>>(Object.create(null));
      bare['a'] = 1;
      await storage.setState('x', { bare });
      assertSameJson(await storage.getState('x'), { bare: { a: 1 } });
    }),
    test('ST-2 never stores an invalid value from a getter that throws or returns changing values', async (context) => {
      const storage = await context.open();
      let reads = 0;
      const changing = { get when() { return reads++ === 0 ? 1 : NaN; } }; // prettier-ignore
      const throwing = { get when(): number { throw new Error('no'); } }; // prettier-ignore
      await storage.setState('x', changing).catch(() => undefined);
      const stored = await storage.getState('x');
      assert.ok(stored === null || Number.isFinite(stored['when']), JSON.stringify(stored));
      await expectError(() => storage.setState('y', throwing), 'INVALID_STATE');
      assert.equal(await storage.getState('y'), null);
    }),
    test('ST-3 accepts exactly maxStateBytes of canonical JSON and rejects one byte more', async (context) => {
      const storage = await context.open({ maxStateBytes: 32 });
      const fitting: readonly { readonly a: string }[] = [
        { a: 'x'.repeat(24) },
        { a: 'é'.repeat(12) },
        { a: '😀'.repeat(6) },
        { a: '\n'.repeat(12) },
        untyped({ a: 'x'.repeat(24), b: undefined }),
      ];
      for (const document of fitting) {
        await storage.setState('x', document);
        const larger = { ...document, a: `${document.a}x` };
        await context.assertUnchanged(storage, 'x', async () => {
          await expectError(() => storage.setState('x', larger), 'STATE_TOO_LARGE');
          await expectError(() => storage.compareAndSet('x', larger, { expected: document }), 'STATE_TOO_LARGE');
          await expectError(() => storage.update('x', () => larger), 'STATE_TOO_LARGE');
        });
      }
    }),
    test('ST-3 limits a state to 1 MiB by default', async (context) => {
      const storage = await context.open();
      const text = 'x'.repeat(1_048_576 - '{"a":""}'.length);
      await storage.setState('x', { a: text });
      assertSameJson(await storage.getState('x'), { a: text });
      await expectError(() => storage.setState('x', { a: `${text}x` }), 'STATE_TOO_LARGE');
      assertSameJson(await storage.getState('x'), { a: text });
    }),
    test('ST-3 rejects an exponentially large document without writing it out first', async (context) => {
      const storage = await context.open();
      let document: StateDocument = { a: 'leaf' };
      for (let level = 0; level < 60; level++) document = { left: document, right: document };
      await expectError(() => storage.setState('x', document), 'STATE_TOO_LARGE');
    }),
  ],
};

async function assertRejected(storage: BaseStorage, document: StateDocument, path: string): Promise<void> {
  const writes = [
    () => storage.setState('x', document),
    () => storage.compareAndSet('x', document, { expected: { name: 'kept' } }),
    () => storage.compareAndSet('x', { name: 'wrong' }, { expected: document }),
    () => storage.update('x', () => document),
    () => storage.setState('absent', document),
  ];
  for (const [index, write] of writes.entries()) {
    const error = await expectRejection(write);
    assert.ok(isFsmStorageError(error) && error.code === 'INVALID_STATE', String(error));
    if (index === 2) continue; // The path of an expected document starts with `expected`, not with `state`.
    const actualPath: unknown = Reflect.get(error, 'path');
    assert.ok(
      typeof actualPath === 'string' && actualPath.startsWith(path),
      `expected ${path}, got ${String(actualPath)}`,
    );
    assert.ok(error.message.includes(path), error.message);
  }
}

function createCycle(): unknown {
  const cycle: Record<string, unknown> = {};
  cycle['again'] = { cycle };
  return cycle;
}

function createSparseArray(): unknown {
  const items = [1];
  items[2] = 3;
  return items;
}

function createArrayCycle(): unknown {
  const cycle: unknown[] = [];
  cycle.push([cycle]);
  return cycle;
}

function nestObjects(levels: number): StateDocument {
  let document: StateDocument = {};
  for (let level = 1; level < levels; level++) document = { a: document };
  return document;
}

function nestArrays(levels: number): StateDocument {
  let items: unknown[] = [];
  for (let level = 2; level < levels; level++) items = [items];
  return untyped({ items });
}
