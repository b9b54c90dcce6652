import assert from 'node:assert/strict';
import { type ContractChapter, test, testWith, testWithout } from '../contract-test.js';
import { assertSameMembers, collect, expectError, times, untyped } from '../expectations.js';

/** Which identifiers a listing holds, and how a scan may be used. */
export const listingChapter: ContractChapter = {
  title: 'listing',
  tests: [
    test('LS-1 lists live states and nothing else', async (world) => {
      const storage = await world.open();
      assert.deepEqual(await storage.listKeys(), []);
      await storage.setState('live', { name: 'live' });
      await storage.setState('expiring', { name: 'expiring' }, { ttl: 900_000 });
      await storage.setState('expired', { name: 'expired' }, { ttl: 60 });
      await storage.setState('deleted', { name: 'deleted' });
      await storage.compareAndSet('swapped', { name: 'swapped' });
      await storage.update('updated', () => ({ name: 'updated' }));
      await storage.increment('counted');
      await storage.deleteState('deleted');
      await world.passTime(60_000);
      assertSameMembers(await storage.listKeys(), ['live', 'expiring', 'swapped', 'updated']);
      assertSameMembers(await storage.listKeys('*e*d'), ['swapped', 'updated']);
      assert.deepEqual(await storage.listKeys('counted'), []);
      assert.deepEqual(await storage.listKeys('expired'), []);
    }),
    test('LS-1 lists each identifier once, however often it was written', async (world) => {
      const storage = await world.open();
      for (let round = 0; round < 3; round++) {
        for (const identifier of ['a', 'b']) await storage.setState(identifier, { round });
      }
      await storage.deleteState('a');
      await storage.setState('a', { round: 3 });
      assertSameMembers(await storage.listKeys(), ['a', 'b']);
      assertSameMembers(await storage.listKeys(untyped(undefined)), ['a', 'b']);
    }),
    test('LS-1 lists thousands, each once', async (world) => {
      const storage = await world.open();
      const identifiers = times(2500, (index) => `chat:${index}`);
      await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
      assertSameMembers(await storage.listKeys(), identifiers);
      assertSameMembers([...new Set(await collect(storage.scanKeys()))], identifiers);
      const ending = identifiers.filter((identifier) => identifier.endsWith('7'));
      assertSameMembers(await storage.listKeys('*7'), ending);
      assertSameMembers([...new Set(await collect(storage.scanKeys('chat:*7')))], ending);
    }),
    testWithout('repeats-in-scan', 'LS-1 a scan yields each identifier once', async (world) => {
      const storage = await world.open();
      const identifiers = times(700, (index) => `x:${index}`);
      await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
      assertSameMembers(await collect(storage.scanKeys()), identifiers);
    }),
    testWith('repeats-in-scan', 'LS-1 a scan may repeat an identifier, and yields no other', async (world) => {
      const storage = await world.open();
      const identifiers = times(700, (index) => `x:${index}`);
      await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
      assertSameMembers([...new Set(await collect(storage.scanKeys()))], identifiers);
    }),
    test('LS-3 what exists during the whole listing is listed, whatever comes and goes', async (world) => {
      const storage = await world.open();
      const lasting = times(400, (index) => `lasting:${index}`);
      const going = times(200, (index) => `going:${index}`);
      const mixed = lasting.flatMap((identifier, index) => [...going.slice(index, index + 1), identifier]);
      await Promise.all(mixed.map((identifier) => storage.setState(identifier, { identifier })));
      const seen = new Set<string>();
      let step = 0;
      for await (const identifier of storage.scanKeys()) {
        seen.add(identifier);
        if (step++ % 10 !== 0) continue;
        for (const identifier of going.splice(0, 10)) await storage.deleteState(identifier);
        await storage.setState(`coming:${step}`, { step });
        await storage.setState(identifier, { rewritten: step });
        if (step > 5000) break;
      }
      assertSameMembers(
        [...seen].filter((identifier) => identifier.startsWith('lasting:')),
        lasting,
      );
      assert.ok([...seen].every((identifier) => /^(lasting|going|coming):/.test(identifier)));
    }),
    test('LS-3 a listing at the same time as writes misses nothing that stays', async (world) => {
      const storage = await world.open();
      const lasting = times(300, (index) => `lasting:${index}`);
      await Promise.all(lasting.map((identifier) => storage.setState(identifier, { identifier })));
      const writes = times(300, (index) => storage.setState(`coming:${index}`, { index }));
      const listed = await storage.listKeys();
      await Promise.all(writes);
      assert.equal(new Set(listed).size, listed.length);
      assertSameMembers(
        listed.filter((identifier) => identifier.startsWith('lasting:')),
        lasting,
      );
    }),
    test('LS-4 a scan can be stopped early, and the storage goes on', async (world) => {
      const storage = await world.open();
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
    test('LS-4 several scans run side by side', async (world) => {
      const storage = await world.open();
      const identifiers = times(300, (index) => `x:${index}`);
      await Promise.all(identifiers.map((identifier) => storage.setState(identifier, { identifier })));
      const scans = await Promise.all(times(4, () => collect(storage.scanKeys())));
      for (const scan of scans) assertSameMembers([...new Set(scan)], identifiers);
    }),
    test('LS-4 what a scan yields can be deleted as it comes', async (world) => {
      const storage = await world.open();
      await Promise.all(times(600, (index) => storage.setState(`x:${index}`, { index })));
      for await (const identifier of storage.scanKeys()) await storage.deleteState(identifier);
      assert.deepEqual(await storage.listKeys(), []);
    }),
    test('LS-4 a scan refuses a wrong pattern when it is first asked, not before', async (world) => {
      const storage = await world.open();
      const scan = storage.scanKeys('[');
      await expectError(() => scan[Symbol.asyncIterator]().next(), 'INVALID_PATTERN');
    }),
  ],
};
