import { describe, expect, it } from '@jest/globals';
import { EntryTable } from '../../../../src/backends/memory/entry-table.js';
import { nextTick } from '../../../../src/toolkit/event-loop.js';
import { eventually } from '../../../support/eventually.js';

const MANY = 3000;

async function list(shelf: EntryTable<number>, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of shelf.pages(prefix)) found.push(...page.map(({ identifier }) => identifier));
  return found;
}

/** A shelf whose identifiers come in no order: only a listing that reads from the order gives them sorted. */
function fill(): EntryTable<number> {
  const shelf = new EntryTable<number>();
  for (let index = MANY - 1; index >= 0; index -= 1) shelf.add(`chat:${index}`, index);
  for (const one of ['few:2', 'few:1', 'few:3']) shelf.add(one, 0);
  return shelf;
}

function putInOrder(shelf: EntryTable<number>): Promise<void> {
  return eventually(async () => (await list(shelf, 'few:')).join() === 'few:1,few:2,few:3');
}

describe('Shelf', () => {
  it('lets other work come while it passes entries that do not match', async () => {
    const shelf = new EntryTable<number>();
    for (let index = 0; index < 25_000; index += 1) shelf.add(`chat:${index}`, index);
    let turns = 0;
    let isListing = true;
    const count = (): void => {
      turns += 1;
      if (isListing) setImmediate(count);
    };
    setImmediate(count);

    expect(await list(shelf, 'few:')).toEqual([]);
    isListing = false;
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('passes every entry at first, and reads from an order once that has been done often', async () => {
    const shelf = fill();
    expect(await list(shelf, 'few:')).toEqual(['few:2', 'few:1', 'few:3']);
    await putInOrder(shelf);
  });

  it('keeps the order while entries come and go', async () => {
    const shelf = fill();
    await putInOrder(shelf);
    shelf.add('few:0', 0);
    shelf.delete('few:2');
    shelf.delete('unknown');
    expect(await list(shelf, 'few:')).toEqual(['few:0', 'few:1', 'few:3']);
    for (const one of ['few:0', 'few:1', 'few:3']) shelf.delete(one);
    expect((await shelf.pages('few:').next()).done).toBe(true);
    expect((await list(shelf, 'chat:')).sort()).toEqual(Array.from({ length: MANY }, (_, i) => `chat:${i}`).sort());
  });

  it('misses nothing that comes, and keeps nothing that goes, while the order is made', async () => {
    const shelf = fill();
    for (let round = 0; (await list(shelf, 'few:'))[0] !== 'few:1'; round += 1) {
      shelf.delete(`chat:${round}`);
      shelf.add(`new:${round}`, 0);
      await nextTick();
      expect(round).toBeLessThan(1000);
    }
    const whole = (await list(shelf, '')).sort();
    const parts = [...(await list(shelf, 'chat:')), ...(await list(shelf, 'few:')), ...(await list(shelf, 'new:'))];
    expect(parts.sort()).toEqual(whole);
  });

  it('pages of an ordered listing go on where the last one ended, whatever is removed between', async () => {
    const shelf = fill();
    await putInOrder(shelf);
    const found: string[] = [];
    for await (const page of shelf.pages('chat:')) {
      for (const { identifier } of page) {
        found.push(identifier);
        shelf.delete(identifier);
      }
    }
    expect(found).toHaveLength(MANY);
    expect(new Set(found).size).toBe(MANY);
  });
});
