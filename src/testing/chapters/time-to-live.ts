import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import type { Ttl } from '../../contract/operation-options.js';
import { type ContractChapter, type ContractTest, test, testWithout } from '../contract-test.js';
import { assertSameJson, expectError, untyped } from '../expectations.js';

const YEAR_SECONDS = 365.25 * 24 * 60 * 60;

const INVALID_SECONDS: readonly unknown[] = [
  -1,
  -0.001,
  NaN,
  Infinity,
  -Infinity,
  101 * YEAR_SECONDS,
  Number.MAX_VALUE,
  '60',
  'forever',
  '',
  null,
  true,
  60n,
  {},
  [60],
  new Date(),
];

/** The writes that set a deadline. */
const WRITES: readonly NamedWrite[] = [
  { name: 'setState', write: (storage, options) => storage.setState('x', { name: 'next' }, options) },
  {
    name: 'compareAndSet',
    write: async (storage, options) => {
      const expected = await storage.getState('x');
      assert.equal(await storage.compareAndSet('x', { name: 'next' }, { expected, ...options }), true);
    },
  },
];
interface NamedWrite {
  readonly name: string;
  readonly write: Write;
}
type Write = (storage: BaseStorage, options?: { readonly ttl?: Ttl | undefined }) => Promise<unknown>;

/** Which deadline each write sets. */
export const timeToLiveChapter: ContractChapter = {
  title: 'time to live',
  tests: [
    ...WRITES.flatMap(createDeadlineTests),
    ...WRITES.flatMap(createKeepTests),
    test('TTL-1 rejects every other ttl and changes nothing', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'kept' }, { ttl: 50_000 });
      await storage.increment('x', 5, { ttl: 50_000 });
      await context.assertUnchanged(storage, 'x', async () => {
        for (const value of INVALID_SECONDS) {
          const ttl = untyped<number>(value);
          await expectError(() => storage.setState('x', { name: 'wrong' }, { ttl }), 'INVALID_TTL');
          const swap = { expected: { name: 'kept' }, ttl };
          await expectError(() => storage.compareAndSet('x', { name: 'wrong' }, swap), 'INVALID_TTL');
          await expectError(() => storage.update('x', () => ({ name: 'wrong' }), { ttl }), 'INVALID_TTL');
          await expectError(() => storage.touch('x', ttl), 'INVALID_TTL');
          await expectError(() => storage.increment('x', 1, { ttl }), 'INVALID_TTL');
          await expectError(() => storage.setState('absent', { name: 'wrong' }, { ttl }), 'INVALID_TTL');
          await expectError(() => storage.increment('absent', 1, { ttl, refresh: false }), 'INVALID_TTL');
        }
      });
      assert.equal(await storage.getCounter('absent'), null);
    }),
    test("TTL-1 touch requires seconds, and increment rejects 'keep'", async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'kept' }, { ttl: 50_000 });
      await context.assertUnchanged(storage, 'x', async () => {
        await expectError(() => storage.touch('x', untyped('keep')), 'INVALID_TTL');
        await expectError(() => storage.touch('x', untyped(undefined)), 'INVALID_TTL');
        await expectError(() => storage.increment('x', 1, { ttl: untyped('keep') }), 'INVALID_TTL');
      });
    }),
    testWithout('server-clock', 'TTL-1 rounds a ttl to whole milliseconds, at least one', async (context) => {
      const storage = await context.open();
      const rounded = new Map([
        [1.2344, 1234],
        [1.2346, 1235],
        [0.0016, 2],
        [0.0001, 1],
        [Number.MIN_VALUE, 1],
        [0.29, 290],
      ]);
      for (const [ttl, milliseconds] of rounded) {
        await storage.setState('x', { name: 'x' }, { ttl });
        assert.equal(await storage.getTtl('x'), milliseconds / 1000);
        await storage.touch('x', ttl);
        assert.equal(await storage.getTtl('x'), milliseconds / 1000);
      }
    }),
    test('TTL-1 a ttl of a fraction of a second expires', async (context) => {
      const storage = await context.open();
      for (const ttl of [0.0015, 0.5]) {
        await storage.setState('x', { name: 'x' }, { ttl });
        await storage.increment('x', 1, { ttl });
        await context.passTime(1000);
        assert.equal(await storage.getState('x'), null);
        assert.equal(await storage.getCounter('x'), null);
      }
    }),
    test('TTL-6 update keeps the deadline unless a ttl is given', async (context) => {
      const storage = await context.open({ defaultTtl: 90_000 });
      await storage.setState('x', { step: 0 }, { ttl: 4000 });
      await context.passTime(1_000_000);
      await storage.update('x', () => ({ step: 1 }));
      context.assertTtl(await storage.getTtl('x'), 3000);
      await storage.update('x', () => ({ step: 2 }), { ttl: 8000 });
      context.assertTtl(await storage.getTtl('x'), 8000);
      await storage.update('x', () => ({ step: 3 }), { ttl: 0 });
      assert.equal(await storage.getTtl('x'), null);
      await storage.update('x', () => ({ step: 4 }));
      assert.equal(await storage.getTtl('x'), null);
      await storage.update('new', () => ({ step: 0 }));
      context.assertTtl(await storage.getTtl('new'), 90_000);
    }),
    test('TTL-6 touch changes only the deadline', async (context) => {
      const storage = await context.open({ defaultTtl: 90_000 });
      await storage.setState('x', { name: 'x' }, { ttl: 1000 });
      await storage.increment('x', 5, { ttl: 500 });
      assert.equal(await storage.touch('x', 9000), true);
      context.assertTtl(await storage.getTtl('x'), 9000);
      await context.passTime(1_000_000);
      assertSameJson(await storage.getState('x'), { name: 'x' });
      assert.equal(await storage.getCounter('x'), null);
      assert.equal(await storage.touch('x', 0), true);
      assert.equal(await storage.getTtl('x'), null);
    }),
    test('TTL-6 touch returns false for an absent state and creates nothing', async (context) => {
      const storage = await context.open();
      assert.equal(await storage.touch('x', 60), false);
      assert.equal(await storage.touch('x', 0), false);
      await storage.setState('x', { name: 'x' }, { ttl: 60 });
      await context.passTime(60_000);
      assert.equal(await storage.touch('x', 600), false);
      assert.equal(await storage.getState('x'), null);
      assert.deepEqual(await storage.listKeys(), []);
    }),
  ],
};

function createDeadlineTests({ name, write }: NamedWrite): ContractTest[] {
  return [
    test(`TTL-1 ${name} sets the given ttl, and 0 never expires`, async (context) => {
      const storage = await context.open({ defaultTtl: 500 });
      await write(storage, { ttl: 3000 });
      context.assertTtl(await storage.getTtl('x'), 3000);
      await write(storage, { ttl: 0 });
      assert.equal(await storage.getTtl('x'), null);
      await write(storage, { ttl: 100 * YEAR_SECONDS });
      context.assertTtl(await storage.getTtl('x'), 100 * YEAR_SECONDS);
    }),
    test(`TTL-1 ${name} without a ttl uses defaultTtl, and never expires if defaultTtl is 0`, async (context) => {
      const storage = await context.open({ defaultTtl: 5000 });
      await write(storage);
      context.assertTtl(await storage.getTtl('x'), 5000);
      const permanent = await context.open({ defaultTtl: 0 });
      await write(permanent, { ttl: 3000 });
      await write(permanent, { ttl: undefined });
      assert.equal(await permanent.getTtl('x'), null);
    }),
    test(`TTL-6 ${name} replaces the previous deadline`, async (context) => {
      const storage = await context.open();
      await write(storage, { ttl: 1000 });
      await write(storage, { ttl: 9000 });
      await context.passTime(2_000_000);
      context.assertTtl(await storage.getTtl('x'), 7000);
      await write(storage);
      assert.equal(await storage.getTtl('x'), null);
    }),
  ];
}

function createKeepTests({ name, write }: NamedWrite): ContractTest[] {
  return [
    test(`TTL-1 ${name} with 'keep' keeps the live state's deadline, or that it never expires`, async (context) => {
      const storage = await context.open({ defaultTtl: 90_000 });
      await write(storage, { ttl: 3000 });
      await context.passTime(1_000_000);
      await write(storage, { ttl: 'keep' });
      context.assertTtl(await storage.getTtl('x'), 2000);
      await write(storage, { ttl: 0 });
      await write(storage, { ttl: 'keep' });
      assert.equal(await storage.getTtl('x'), null);
    }),
    test(`TTL-1 ${name} with 'keep' uses defaultTtl if there is no live state`, async (context) => {
      const storage = await context.open({ defaultTtl: 5000 });
      await write(storage, { ttl: 'keep' });
      context.assertTtl(await storage.getTtl('x'), 5000);
      await storage.setState('x', { name: 'expiring' }, { ttl: 700 });
      await context.passTime(700_000);
      await write(storage, { ttl: 'keep' });
      context.assertTtl(await storage.getTtl('x'), 5000);
      await storage.deleteState('x');
      const permanent = await context.open();
      await write(permanent, { ttl: 'keep' });
      assert.equal(await permanent.getTtl('x'), null);
    }),
  ];
}
