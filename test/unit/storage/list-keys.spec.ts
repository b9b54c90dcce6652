import { afterEach, describe, expect, it, jest } from '@jest/globals';
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

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a listing', () => {
  it('LS-1 returns an identifier once, however often the driver yields it', async () => {
    const storage = await openRepeating();
    expect(await storage.listKeys()).toEqual(PAGE);
    expect(await storage.listKeys('*:1?')).toEqual(PAGE.slice(10, 20));
  });

  it.each(['listKeys', 'scanKeys'] as const)('LS-2 %s lets the event loop continue while it matches', async (name) => {
    const storage = await openRepeating();
    // Matching 16 identifiers takes a millisecond on this clock.
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (now += 1));
    let turns = 0;
    let isListing = true;
    const counted = (async () => {
      for (; isListing; turns += 1) await nextTick();
    })();
    if (name === 'listKeys') await storage.listKeys('*:[^a-z]*9');
    else for await (const identifier of storage.scanKeys('*:[^a-z]*9')) expect(identifier).toMatch(/9$/);
    isListing = false;
    await counted;
    expect(turns).toBeGreaterThan((2 * PAGE.length) / 16 / 8);
  });
});

async function openRepeating(): Promise<BaseStorage> {
  const storage = new FsmStorage(new RepeatingDriver());
  await storage.start();
  return storage;
}
