import { describe, expect, it } from '@jest/globals';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { nextTick } from '../../../src/toolkit/event-loop.js';

const PAGE = Array.from({ length: 2000 }, (_, index) => `user:${index}`);

/** Yields the same page twice. */
class RepeatingDriver extends MemoryDriver {
  override async *scan(): AsyncGenerator<string[], void, undefined> {
    await nextTick();
    yield PAGE;
    yield [...PAGE, ''];
  }
}

/** Some 2,000 steps for each identifier: much more work in one page than a turn of the event loop may do. */
const HARD_PATTERN = `*${'a'.repeat(255)}b*`;

class HardPage extends MemoryDriver {
  override async *scan(): AsyncGenerator<string[], void, undefined> {
    await nextTick();
    yield new Array<string>(4000).fill('a'.repeat(512));
  }
}

describe('a listing', () => {
  it('LS-1 returns an identifier once, however often the driver yields it', async () => {
    const storage = await openListing(new RepeatingDriver());
    expect(await storage.listKeys()).toEqual(PAGE);
    expect(await storage.listKeys('*:1?')).toEqual(PAGE.slice(10, 20));
  });

  it.each(['listKeys', 'scanKeys'] as const)('LS-2 %s lets the event loop continue while it matches', async (name) => {
    const storage = await openListing(new HardPage());
    let turns = 0;
    let isListing = true;
    const counted = (async () => {
      for (; isListing; turns += 1) await nextTick();
    })();
    if (name === 'listKeys') expect(await storage.listKeys(HARD_PATTERN)).toEqual([]);
    else for await (const identifier of storage.scanKeys(HARD_PATTERN)) expect(identifier).toBe('no match');
    isListing = false;
    await counted;
    expect(turns).toBeGreaterThan(3);
  });
});

async function openListing(driver: MemoryDriver): Promise<BaseStorage> {
  const storage = new FsmStorage(driver);
  await storage.start();
  return storage;
}
