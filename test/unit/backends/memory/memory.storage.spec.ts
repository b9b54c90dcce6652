import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { MemoryDriver } from '../../../../src/backends/memory/memory.driver.js';
import { MemoryStorage } from '../../../../src/backends/memory/memory.storage.js';
import { FakeClock } from '../../../../src/testing/fake-clock.js';

const document = { name: 'Order:cart', data: { items: [1, 2, 3] } };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of heap in use after garbage collection. */
function usedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe('MemoryStorage', () => {
  it('TTL-5 holds only live entries while short-lived identifiers come and go', async () => {
    const clock = new FakeClock();
    const driver = new MemoryDriver();
    driver.open({ clock, reportBackgroundError: () => {} });
    const expiry = { ttlMs: 100, onLive: 'replace' } as const;
    for (let count = 0; count < 100_000; count += 1) {
      clock.advance(1);
      const key = { namespace: 'fsm', kind: 'state', identifier: `chat:${count}` } as const;
      driver.write(key, { state: document, expiry: { ...expiry, expiresAt: clock.now() + 100 } });
    }
    // Every write before the last 100 has expired and been swept by the writes after it.
    clock.advance(1000);
    expect(driver.sweep(100_000)).toBeLessThanOrEqual(101);
  });

  it('TTL-5 a million identifiers with a ttl leave the heap flat', async () => {
    const clock = new FakeClock();
    const storage = new MemoryStorage({ clock });
    await storage.start();
    const writeAndExpire = async (from: number): Promise<void> => {
      for (let count = from; count < from + 200_000; count += 1) {
        clock.advance(1);
        await storage.setState(`chat:${count}`, document, { ttl: 0.5 });
      }
    };
    await writeAndExpire(0);
    const before = usedHeap();
    for (let round = 1; round < 5; round += 1) await writeAndExpire(round * 200_000);
    // A leak of 800 000 identifiers alone would be tens of megabytes.
    expect(usedHeap() - before).toBeLessThan(8 * 1024 * 1024);
    expect(await storage.listKeys()).toHaveLength(500);
    await storage.stop();
  }, 120_000);

  it('LC-1 keeps its states across stop and start, as a file or server does', async () => {
    const storage = new MemoryStorage();
    await storage.start();
    await storage.setState('chat:42', document);
    await storage.stop();
    await storage.start();
    expect(await storage.getState('chat:42')).toEqual(document);
    await storage.stop();
  });

  it('NS-3 clears the existing entries and terminates although a writer adds new ones', async () => {
    const driver = new MemoryDriver();
    driver.open({ clock: new FakeClock(), reportBackgroundError: () => {} });
    const expiry = { ttlMs: null, expiresAt: null, onLive: 'replace' } as const;
    const write = (identifier: string): void =>
      driver.write({ namespace: 'fsm', kind: 'state', identifier }, { state: document, expiry });
    for (let count = 0; count < 2500; count += 1) write(`old:${count}`);
    let removed = 0;
    let batches = 0;
    for await (const batch of driver.clear('fsm')) {
      removed += batch;
      batches += 1;
      if (batches < 100) write(`new:${batches}`);
    }
    expect(removed).toBe(2500);
    expect(batches).toBeLessThan(10);
  });

  it('LS-4 ends a scan although a writer adds an identifier for each one it reads', async () => {
    const storage = new MemoryStorage();
    await storage.start();
    for (let count = 0; count < 1500; count += 1) await storage.setState(`old:${count}`, document);
    let read = 0;
    for await (const identifier of storage.scanKeys()) {
      read += 1;
      await storage.setState(`${identifier}:new`, document);
    }
    expect(read).toBe(1500);
  });

  it('CNT-2 TTL-2 reads the clock once an operation: a counter expires before it or after it', async () => {
    let now = 0;
    const driver = new MemoryDriver();
    driver.open({ clock: { now: () => (now += 1) }, reportBackgroundError: () => {} });
    const key = { namespace: 'fsm', kind: 'counter', identifier: 'a' } as const;
    const expiry = (until: number) => ({ ttlMs: 1, expiresAt: until, onLive: 'keep' }) as const;
    // The clock is read once by the verb and once by the sweep after it.
    driver.increment(key, 5, expiry(4));
    expect(driver.increment(key, 1, expiry(100))).toBe(6);
    expect(driver.increment(key, 1, expiry(100))).toBe(1);
  });
});
