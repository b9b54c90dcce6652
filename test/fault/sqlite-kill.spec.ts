import { afterAll, describe, expect, it } from '@jest/globals';
import { openRaw, type RawDatabase, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';
import { SqliteWorker } from '../support/sqlite-processes.js';

const folders = new TemporaryFolders();
const workers: SqliteWorker[] = [];
afterAll(async () => {
  for (const worker of workers) worker.kill();
  await folders.removeAll();
});

interface Acknowledged {
  readonly states: readonly number[];
  readonly total: number;
  readonly pairs: number;
}

function parse(lines: readonly string[]): Acknowledged {
  const numbers = (word: string): number[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
  return {
    states: numbers('state'),
    total: Math.max(0, ...numbers('total')),
    pairs: lines.filter((line) => line === 'pair').length,
  };
}

/** The stored states of a run, each parsed. */
async function readRun(raw: RawDatabase, run: string): Promise<{ states: Map<number, number>; total: number }> {
  const rows = await raw.all(
    'SELECT state_json FROM fsm_state WHERE identifier > ? AND identifier < ?',
    `${run}:`,
    `${run};`,
  );
  const states = rows.map(
    (row) => JSON.parse(String(row['state_json'])) as { data: { index: number; payload: string } },
  );
  const total = await raw.get('SELECT value FROM fsm_counter WHERE identifier = ?', `total:${run}`);
  return {
    states: new Map(states.map(({ data }) => [data.index, data.payload.length])),
    total: Number(total?.['value'] ?? 0),
  };
}

/** Two numbers that every write sets to the same value. */
async function readPair(raw: RawDatabase): Promise<{ first: number; second: number }> {
  const row = await raw.get(`SELECT state_json FROM fsm_state WHERE identifier = 'pair'`);
  if (row === undefined) return { first: 0, second: 0 };
  return JSON.parse(String(row['state_json'])) as { first: number; second: number };
}

describe.each([
  ['few writes', { kills: 50, atOnce: 4 }],
  ['batches of writes', { kills: 30, atOnce: 64 }],
])('a process killed in the middle of %s', (_, { kills, atOnce }) => {
  it(`keeps every acknowledged write and no partial write, through ${kills} kills over one file`, async () => {
    const path = await folders.createFilePath();
    let pairsAcknowledged = 0;
    let spare = startWorker(path, 0, atOnce);
    for (let kill = 0; kill < kills; kill += 1) {
      const worker = await spare;
      // The next process starts meanwhile, so that a file left by a kill is also opened while it is in use.
      spare = startWorker(path, kill + 1, atOnce);
      const { states, total, pairs } = parse(await worker.killAfter(1 + ((kill * 37) % (20 * atOnce))));
      pairsAcknowledged += pairs;

      const raw = await openRaw(path, 'better-sqlite3');
      const stored = await readRun(raw, `run${kill}`);
      expect(states.length).toBeGreaterThan(0);
      expect(states.filter((index) => stored.states.get(index) !== 3000)).toEqual([]);
      expect([...stored.states.values()].filter((length) => length !== 3000)).toEqual([]);
      expect(stored.total).toBeGreaterThanOrEqual(total);
      expect(stored.total).toBeLessThanOrEqual(total + atOnce);
      const { first, second } = await readPair(raw);
      expect(first).toBe(second);
      expect(first).toBeGreaterThanOrEqual(pairsAcknowledged);
      expect(await raw.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
      await raw.close();
    }
    await spare;
  }, 240_000);
});

async function startWorker(path: string, index: number, atOnce: number): Promise<SqliteWorker> {
  const driver = SQLITE_DRIVERS[index % SQLITE_DRIVERS.length] ?? 'better-sqlite3';
  const job = { name: `run${index}`, kind: 'write-for-ever', count: 0, atOnce, options: { path, driver } } as const;
  const worker = new SqliteWorker(job);
  workers.push(worker);
  return worker.ready();
}
