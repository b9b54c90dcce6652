import { afterAll, describe, expect, it } from '@jest/globals';
import { SqliteStorage } from '../../src/backends/typeorm/sqlite/storage.js';
import { openRaw, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';
import { runTogether, type WorkerJob } from '../support/sqlite-processes.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

describe.each(SQLITE_DRIVERS)('several processes on one file under %s', (driver) => {
  function jobs(processes: number, kind: WorkerJob['kind'], count: number, path: string, atOnce?: number): WorkerJob[] {
    const job = { kind, count, ...(atOnce === undefined ? {} : { atOnce }), options: { path, driver } };
    return Array.from({ length: processes }, (_, index) => ({ name: `process${index}`, ...job }));
  }

  it('LC-1 four that start at once on a fresh file all start', async () => {
    const path = await folders.createFilePath();
    await runTogether(jobs(4, 'start', 0, path));
    const raw = await openRaw(path, driver);
    expect(await raw.all(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)).toEqual([
      { name: 'fsm_counter' },
      { name: 'fsm_state' },
    ]);
    expect(await raw.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    await raw.close();
  });

  it.each([2, 4])('CNT-1 %d processes count exactly, and each total is returned once', async (processes) => {
    const path = await folders.createFilePath();
    const totals = (await runTogether(jobs(processes, 'increment', 200, path))) as number[][];
    const all = totals.flat().sort((one, other) => one - other);
    expect(all).toEqual(Array.from({ length: processes * 200 }, (_, index) => index + 1));
  });

  it.each([2, 4])('CNT-1 %d processes that increment in batches count exactly', async (processes) => {
    const path = await folders.createFilePath();
    const totals = (await runTogether(jobs(processes, 'increment', 3000, path, 64))) as number[][];
    const all = totals.flat().sort((one, other) => one - other);
    expect(all).toEqual(Array.from({ length: processes * 3000 }, (_, index) => index + 1));
  });

  it('CAS-1 exactly one of 2 wins each round, many rounds in a batch', async () => {
    const path = await folders.createFilePath();
    const wins = (await runTogether(jobs(2, 'swap', 3000, path, 100))) as boolean[][];
    expect(wins.flat().filter(Boolean)).toHaveLength(3000);
  });

  it.each([2, 4])('CAS-1 exactly one of %d processes wins each round', async (processes) => {
    const path = await folders.createFilePath();
    const wins = (await runTogether(jobs(processes, 'swap', 150, path))) as boolean[][];
    const winners = Array.from({ length: 150 }, (_, round) => wins.filter((ofProcess) => ofProcess[round]).length);
    expect(winners).toEqual(Array.from({ length: 150 }, () => 1));
  });

  it.each([2, 4])('CAS-5 no update of %d processes is lost', async (processes) => {
    const path = await folders.createFilePath();
    await runTogether(jobs(processes, 'update', 50, path));
    const storage = new SqliteStorage({ path, driver });
    await storage.start();
    expect(await storage.getState('sum')).toEqual({ sum: processes * 50 });
    await storage.stop();
  });
});
