import { performance } from 'node:perf_hooks';
import { describe, expect, it, jest } from '@jest/globals';
import { EntryTable } from '../../../../src/backends/memory/entry-table.js';

const MANY = 3000;

async function list(table: EntryTable<number>, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of table.pages(prefix)) found.push(...page.map(({ identifier }) => identifier));
  return found;
}

function fill(): EntryTable<number> {
  const table = new EntryTable<number>();
  for (let index = 0; index < MANY; index += 1) table.add(`chat:${index}`, index);
  for (const identifier of ['few:1', 'few:2']) table.add(identifier, 0);
  return table;
}

describe('EntryTable', () => {
  it('yields to other work while it visits entries that do not match', async () => {
    const table = new EntryTable<number>();
    for (let index = 0; index < 25_000; index += 1) table.add(`chat:${index}`, index);
    let turns = 0;
    let isListing = true;
    const count = (): void => {
      turns += 1;
      if (isListing) setImmediate(count);
    };
    setImmediate(count);
    // Each look at the clock is three milliseconds later.
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 3));

    expect(await list(table, 'few:')).toEqual([]);
    clock.mockRestore();
    isListing = false;
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('lists the entries that match a prefix, without those removed before', async () => {
    const table = fill();
    table.delete('few:1');
    table.add('few:3', 0);
    expect(await list(table, 'few:')).toEqual(['few:2', 'few:3']);
    expect(await list(table, '')).toHaveLength(MANY + 2);
  });

  it('lists every entry once although each page is removed before the next', async () => {
    const table = fill();
    const found: string[] = [];
    for await (const page of table.pages('chat:')) {
      for (const { identifier } of page) {
        found.push(identifier);
        table.delete(identifier);
      }
    }
    expect(new Set(found).size).toBe(MANY);
    expect(found).toHaveLength(MANY);
  });
});
