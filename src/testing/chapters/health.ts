import assert from 'node:assert/strict';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { PATIENCE_MS, times } from '../expectations.js';

/** That health tells the truth, and never throws. */
export const healthChapter: ContractChapter = {
  title: 'health',
  tests: [
    test('HL-1 is true while the storage is started, and false otherwise', async (world) => {
      const storage = world.create();
      assert.equal(await storage.health(), false);
      await storage.start();
      assert.equal(await storage.health(), true);
      await storage.stop();
      assert.equal(await storage.health(), false);
    }),
    test('HL-1 leaves no trace in the store', async (world) => {
      const storage = await world.open();
      await Promise.all(times(10, () => storage.health()));
      assert.deepEqual(await storage.listKeys(), []);
      assert.equal(await storage.clearNamespace(), 0);
    }),
    test('HL-1 answers however many ask at once, and while it stops', async (world) => {
      const storage = await world.open();
      assert.deepEqual(
        await Promise.all(times(20, () => storage.health())),
        times(20, () => true),
      );
      const asked = times(5, () => storage.health());
      await storage.stop();
      for (const answer of await Promise.all(asked)) assert.equal(typeof answer, 'boolean');
    }),
    testWithout('no-interruption', 'HL-1 is false during an outage and true again after it', async (world) => {
      const storage = await world.open({ healthTimeout: 500 });
      await world.duringOutage(async () => {
        assert.equal(await storage.health(), false);
        assert.deepEqual(await Promise.all(times(3, () => storage.health())), [false, false, false]);
      });
      const giveUpAt = Date.now() + PATIENCE_MS;
      while (!(await storage.health()) && Date.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(await storage.health(), true);
      assert.equal(await storage.increment('x'), 1);
    }),
  ],
};
