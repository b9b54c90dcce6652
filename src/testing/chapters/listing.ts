import assert from 'node:assert/strict';
import { type ContractChapter, test, testWith, testWithout } from '../contract-test.js';
import { assertSameMembers, collect, expectError, times, untyped } from '../expectations.js';

/** Which identifiers listKeys and scanKeys return, and how a scan may be used. */
export const listingChapter: ContractChapter = {
  title: 'listing',
  tests: [
    test('LS-1 lists live states and nothing else', async (context) => {
      const storage = await context.open();
      assert.deepEqual(await storage.listKeys(), []);
      await storage.setState('live', { name: 'live' });
      await storage.setState('expiring', { name: 'expiring' }, { ttl: 900_000 });
      await storage.setState('expired', { name: 'expired' }, { ttl: 60 });
      await storage.setState('deleted', { name: 'deleted' });
      await storage.compareAndSet('swapped', { name: 'swapped' });
      await storage.update('updated', () => ({ name: 'updated' }));
      await storage.increment('counted');
      await storage.deleteState('deleted');
      await context.passTime(60_000);
      assertSameMembers(await storage.listKeys(), ['live', 'expiring', 'swapped', 'updated']);
      assertSameMembers(await storage.listKeys('*e*d'), ['swapped', 'updated']);
      assert.deepEqual(await storage.listKeys('counted'), []);
      assert.deepEqual(await storage.listKeys('expired'), []);
    }),
    test('LS-1 lists each identifier once, no matter how often it was written', async (context) => {
      const storage = await context.open();
      for (let round = 0; round < 3; round++) {
        for (const identifier of ['a', 'b']) await storage.setState(identifier, { round });
      }
      await storage.deleteState('a');
      await storage.setState('a', { round: 3 });
      assertSameMembers(await storage.listKeys(), ['a', 'b']);
      assertSameMembers(await storage.listKeys(untyped(undefined)), ['a', 'b']);
    }),
    test('LS-1 lists each of thousands of identifiers once', async (context) => {
      const storage = await context.open();
      const identifiers = times(2500, (index) => `chat:${index}`);
      await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
      assertSameMembers(await storage.listKeys(), identifiers);
      assertSameMembers([...new Set(await collect(storage.scanKeys()))], identifiers);
      const ending = identifiers.filter((identifier) => identifier.endsWith('7'));
      assertSameMembers(await storage.listKeys('*7'), ending);
      assertSameMembers([...new Set(await collect(storage.scanKeys('chat:*7')))], ending);
    }),
    testWithout('repeats-in-scan', 'LS-1 scanKeys yields each identifier once', async (context) => {
      const storage = await context.open();
      const identifiers = times(700, (index) => `x:${index}`);
      await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
      assertSameMembers(await collect(storage.scanKeys()), identifiers);
    }),
    testWith(
      'repeats-in-scan',
      'LS-1 scanKeys may repeat an identifier but yields only stored ones',
      async (context) => {
        const storage = await context.open();
        const identifiers = times(700, (index) => `x:${index}`);
        await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
        assertSameMembers([...new Set(await collect(storage.scanKeys()))], identifiers);
      },
    ),
    test('LS-3 scanKeys yields every state that exists during the whole scan', async (context) => {
      const storage = await context.open();
      const staying = times(400, (index) => `staying:${index}`);
      const leaving = times(200, (index) => `leaving:${index}`);
      const mixed = staying.flatMap((identifier, index) => [...leaving.slice(index, index + 1), identifier]);
      await Promise.all(mixed.map((identifier) => storage.setState(identifier, { identifier })));
      const seen = new Set<string>();
      let step = 0;
      for await (const identifier of storage.scanKeys()) {
        seen.add(identifier);
        if (step++ % 10 !== 0) continue;
        for (const identifier of leaving.splice(0, 10)) await storage.deleteState(identifier);
        await storage.setState(`added:${step}`, { step });
        await storage.setState(identifier, { rewritten: step });
        if (step > 5000) break;
      }
      assertSameMembers(
        [...seen].filter((identifier) => identifier.startsWith('staying:')),
        staying,
      );
      assert.ok([...seen].every((identifier) => /^(staying|leaving|added):/.test(identifier)));
    }),
    test('LS-3 listKeys during concurrent writes misses no state that stays', async (context) => {
      const storage = await context.open();
      const staying = times(300, (index) => `staying:${index}`);
      await Promise.all(staying.map((identifier) => storage.setState(identifier, { identifier })));
      const writes = times(300, (index) => storage.setState(`added:${index}`, { index }));
      const listed = await storage.listKeys();
      await Promise.all(writes);
      assert.equal(new Set(listed).size, listed.length);
      assertSameMembers(
        listed.filter((identifier) => identifier.startsWith('staying:')),
        staying,
      );
    }),
    test('LS-4 a scan can be stopped early, and the storage still works', async (context) => {
      const storage = await context.open();
      await Promise.all(times(1200, (index) => storage.setState(`x:${index}`, { index })));
      for (let round = 0; round < 20; round++) {
        let seen = 0;
        for await (const identifier of storage.scanKeys()) {
          assert.match(identifier, /^x:\d+$/);
          if (++seen === 3) break;
        }
        assert.equal(seen, 3);
      }
      assert.equal(await storage.increment('still works'), 1);
      assert.equal((await storage.listKeys()).length, 1200);
    }),
    test('LS-4 several scans can run concurrently', async (context) => {
      const storage = await context.open();
      const identifiers = times(300, (index) => `x:${index}`);
      await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
      const scans = await Promise.all(times(4, () => collect(storage.scanKeys())));
      for (const scan of scans) assertSameMembers([...new Set(scan)], identifiers);
    }),
    test('LS-4 each state can be deleted as soon as the scan yields it', async (context) => {
      const storage = await context.open();
      await Promise.all(times(600, (index) => storage.setState(`x:${index}`, { index })));
      for await (const identifier of storage.scanKeys()) await storage.deleteState(identifier);
      assert.deepEqual(await storage.listKeys(), []);
    }),
    test('LS-4 scanKeys rejects an invalid pattern on the first next(), not before', async (context) => {
      const storage = await context.open();
      const scan = storage.scanKeys('[');
      await expectError(() => scan[Symbol.asyncIterator]().next(), 'INVALID_PATTERN');
    }),
  ],
};
