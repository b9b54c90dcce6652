import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { assertSameMembers, collect, expectError, times, untyped } from '../expectations.js';

/** Counters are listed, and their deadlines read and changed, as those of states. */
export const counterEntriesChapter: ContractChapter = {
  title: 'listing and touching counters',
  tests: [
    test('CNT-5 getCounterTtl returns the seconds left, null without a deadline and undefined without a counter', async (context) => {
      const storage = await context.open();
      await storage.increment('short', 1, { ttl: 500.5 });
      await storage.increment('permanent');
      await storage.setState('state', { name: 'state' }, { ttl: 60 });
      assert.equal(Math.ceil(((await storage.getCounterTtl('short')) ?? 0) / 10), 51);
      assert.equal(await storage.getCounterTtl('permanent'), null);
      assert.equal(await storage.getCounterTtl('state'), undefined);
      await context.passTime(500_500);
      assert.equal(await storage.getCounterTtl('short'), undefined);
    }),
    test('CNT-5 touchCounter changes only the deadline of a live counter', async (context) => {
      const storage = await context.open({ defaultTtl: 100 });
      await storage.increment('longer', 7, { ttl: 60 });
      await storage.increment('shorter', 8, { ttl: 0 });
      await storage.increment('permanent', 9, { ttl: 60 });
      await storage.setState('longer', { name: 'state' }, { ttl: 60 });
      await storage.setState('state', { name: 'state' });
      assert.deepEqual(await touchCounters(storage, { longer: 1000, shorter: 500, permanent: 0 }), [true, true, true]);
      assert.deepEqual(await touchCounters(storage, { absent: 60, state: 60 }), [false, false]);
      assert.equal(await storage.getCounter('absent'), null);
      await context.passTime(500_000);
      assert.deepEqual(await counters(storage, ['longer', 'shorter', 'permanent']), [7, null, 9]);
      assert.equal(await storage.getState('longer'), null);
      assert.equal(await storage.touchCounter('shorter', 60), false);
      await context.passTime(500_000);
      assert.deepEqual(await counters(storage, ['longer', 'permanent']), [null, 9]);
    }),
    test('CNT-5 touchCounter rejects an invalid ttl and changes nothing', async (context) => {
      const storage = await context.open();
      await storage.increment('x', 7, { ttl: 1000 });
      for (const ttl of [-1, NaN, Infinity, '5', null, undefined, 'keep']) {
        await expectError(() => storage.touchCounter('x', untyped(ttl)), 'INVALID_TTL');
      }
      assert.equal(Math.ceil(((await storage.getCounterTtl('x')) ?? 0) / 10), 100);
    }),
    test('CNT-5 lists the live counters that match, each once, and no states', async (context) => {
      const storage = await context.open();
      assert.deepEqual(await storage.listCounters(), []);
      const many = times(1500, (index) => `chat:${index}`);
      await Promise.all(many.map((identifier) => storage.increment(identifier)));
      await storage.increment('expired', 1, { ttl: 60 });
      await storage.increment('deleted');
      await storage.deleteCounter('deleted');
      await storage.setState('state', { name: 'state' });
      await storage.setState('chat:1', { name: 'state' });
      await context.passTime(60_000);
      assertSameMembers(await storage.listCounters(), many);
      assertSameMembers([...new Set(await collect(storage.scanCounters()))], many);
      assertSameMembers(
        await storage.listCounters('chat:149?'),
        times(10, (index) => `chat:149${index}`),
      );
      assertSameMembers([...new Set(await collect(storage.scanCounters('*:[12]')))], ['chat:1', 'chat:2']);
      assertSameMembers(await storage.listKeys(), ['state', 'chat:1']);
    }),
    testWithout('no-views', 'CNT-5 lists the counters of this namespace only', async (context) => {
      const storage = await context.open();
      const other = storage.withNamespace(`${storage.namespace}.other`);
      await storage.increment('mine');
      await other.increment('theirs', 1, { ttl: 600 });
      assert.deepEqual(await storage.listCounters(), ['mine']);
      assert.deepEqual(await other.listCounters('t*'), ['theirs']);
      assert.equal(await other.touchCounter('mine', 60), false);
      assert.equal(await storage.getCounterTtl('theirs'), undefined);
    }),
    test('CNT-5 rejects an invalid pattern', async (context) => {
      const storage = await context.open();
      for (const pattern of ['[', 'a\\', '*'.repeat(1025)]) {
        await expectError(() => storage.listCounters(pattern), 'INVALID_PATTERN');
        await expectError(() => collect(storage.scanCounters(pattern)), 'INVALID_PATTERN');
      }
    }),
    test('CNT-5 a scan of counters can be stopped early', async (context) => {
      const storage = await context.open();
      await Promise.all(times(1200, (index) => storage.increment(`x:${index}`)));
      for await (const identifier of storage.scanCounters()) {
        assert.match(identifier, /^x:\d+$/);
        break;
      }
      assert.equal((await storage.listCounters()).length, 1200);
    }),
  ],
};

async function counters(storage: BaseStorage, identifiers: readonly string[]): Promise<(number | null)[]> {
  return Promise.all(identifiers.map((identifier) => storage.getCounter(identifier)));
}

function touchCounters(storage: BaseStorage, ttls: Readonly<Record<string, number>>): Promise<boolean[]> {
  return Promise.all(Object.entries(ttls).map(([identifier, ttl]) => storage.touchCounter(identifier, ttl)));
}
