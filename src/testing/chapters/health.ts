import assert from 'node:assert/strict';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { BACKGROUND_TIMEOUT_MS, times } from '../expectations.js';

/** health reports the real condition and never throws. */
export const healthChapter: ContractChapter = {
  title: 'health',
  tests: [
    test('HL-1 health is true while the storage is started and false otherwise', async (context) => {
      const storage = context.create();
      assert.equal(await storage.health(), false);
      await storage.start();
      assert.equal(await storage.health(), true);
      await storage.stop();
      assert.equal(await storage.health(), false);
    }),
    test('HL-1 health leaves no entry in the store', async (context) => {
      const storage = await context.open();
      await Promise.all(times(10, () => storage.health()));
      assert.deepEqual(await storage.listKeys(), []);
      assert.equal(await storage.clearNamespace(), 0);
    }),
    test('HL-1 health resolves for concurrent callers and during stop', async (context) => {
      const storage = await context.open();
      assert.deepEqual(
        await Promise.all(times(20, () => storage.health())),
        times(20, () => true),
      );
      const pending = times(5, () => storage.health());
      await storage.stop();
      for (const isHealthy of await Promise.all(pending)) assert.equal(typeof isHealthy, 'boolean');
    }),
    testWithout('no-interruption', 'HL-1 health is false during an outage and true again after it', async (context) => {
      const storage = await context.open({ healthTimeout: 500 });
      await context.duringOutage(async () => {
        assert.equal(await storage.health(), false);
        assert.deepEqual(await Promise.all(times(3, () => storage.health())), [false, false, false]);
      });
      const deadline = Date.now() + BACKGROUND_TIMEOUT_MS;
      while (!(await storage.health()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(await storage.health(), true);
      assert.equal(await storage.increment('x'), 1);
    }),
  ],
};
