import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryDriver } from '../../../../src/backends/memory/memory.driver.js';
import { FakeClock } from '../../../../src/testing/fake-clock.js';

const MANY = 2500;

let clock: FakeClock;
let driver: MemoryDriver;

beforeEach(() => {
  clock = new FakeClock();
  driver = new MemoryDriver();
  driver.open({ clock, reportBackgroundError: () => {} });
});

function keyOf(identifier: string) {
  return { namespace: 'fsm', kind: 'state', identifier } as const;
}

function write(identifier: string, n: number, ttlMs: number | null): void {
  const expiresAt = ttlMs === null ? null : clock.now() + ttlMs;
  driver.write(keyOf(identifier), { state: { n }, expiry: { ttlMs, expiresAt, onLive: 'replace' } });
}

function writeMany(ttlMs: number | null): void {
  for (let count = 0; count < MANY; count += 1) write(`chat:${count}`, 1, ttlMs);
}

describe('MemoryDriver.clear', () => {
  it('NS-3 keeps entries that are written again meanwhile, also after the old deadlines pass', async () => {
    writeMany(100);
    let removed = 0;
    let batches = 0;
    for await (const batch of driver.clear('fsm')) {
      removed += batch;
      batches += 1;
      if (batches === 1) writeMany(1000);
    }
    expect(removed).toBe(MANY);
    clock.advance(100);
    expect(driver.sweep(MANY)).toBe(0);
    expect(driver.read(keyOf(`chat:${MANY - 1}`))).toEqual({ n: 1 });
  });

  it('NS-3 TTL-5 sweeps entries that expire meanwhile without touching their replacements', async () => {
    writeMany(100);
    const batches = driver.clear('fsm');
    const first = await batches.next();
    for (let count = 0; count < MANY; count += 1) write(`chat:${count}`, 2, null);
    clock.advance(100);
    const swept = driver.sweep(MANY);
    let rest = 0;
    for await (const batch of batches) rest += batch;
    // The entries not yet counted had expired by then, so they are not live.
    expect([Number(first.value) + swept, rest]).toEqual([MANY, 0]);
    expect([0, MANY - 1].map((count) => driver.read(keyOf(`chat:${count}`)))).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('TTL-5 leaves nothing in the expiry queue when the caller stops iterating early', async () => {
    writeMany(100);
    for await (const batch of driver.clear('fsm')) {
      expect(batch).toBeLessThan(MANY);
      break;
    }
    const last = `chat:${MANY - 1}`;
    write(last, 2, 1000);
    clock.advance(100);
    driver.sweep(MANY);
    expect(driver.sweep(MANY)).toBe(0);
    expect(driver.read(keyOf(last))).toEqual({ n: 2 });
  });
});
