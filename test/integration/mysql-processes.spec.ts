import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MariadbStorage } from '../../src/backends/typeorm/mariadb.storage.js';
import { type MariadbServer, startMariadbServer } from '../support/mariadb-server.js';
import type { WorkerReport } from '../support/server-worker.js';

const run = promisify(execFile);
const LOADER = new URL('../support/ts-register.mjs', import.meta.url).href;
const WORKER = fileURLToPath(new URL('../support/server-worker.ts', import.meta.url));
const ROUNDS = 200;
const NUMBERS = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

let server: MariadbServer;

beforeAll(async () => {
  server = await startMariadbServer();
});
afterAll(() => server.stop());
beforeEach(() => server.ask('DROP TABLE IF EXISTS fsm_state, fsm_counter'));

describe.each(['mariadb', 'mysql'])('processes that use one server as %s', (name) => {
  it('CNT-1 CAS-1 CAS-5 count exactly, have one winner a round, and lose no update', async () => {
    const reports = await Promise.all(NUMBERS(0, 3).map(() => work(ROUNDS)));
    const totals = reports.flatMap((report) => report.totals).sort((left, right) => left - right);
    expect(totals).toEqual(NUMBERS(1, 3 * ROUNDS + 1));
    const won = reports.flatMap((report) => report.wonRounds).sort((left, right) => left - right);
    expect(won).toEqual(NUMBERS(0, ROUNDS));
    const storage = new MariadbStorage({ url: server.url, namespace: 'processes' });
    await storage.start();
    expect(await storage.getState('shared')).toEqual({ steps: 3 * ROUNDS });
    await storage.stop();
  });

  it('LC-1 make the tables when they all start at once', async () => {
    const reports = await Promise.all(NUMBERS(0, 4).map(() => work(1)));
    expect(reports.flatMap((report) => report.totals).sort()).toEqual([1, 2, 3, 4]);
  });

  async function work(rounds: number): Promise<WorkerReport> {
    // The sandbox's environment: the project says in it which TypeORM is meant.
    const { stdout } = await run(process.execPath, ['--import', LOADER, WORKER, name, server.url, `${rounds}`], {
      env: process.env,
    });
    return JSON.parse(stdout) as WorkerReport;
  }
});
