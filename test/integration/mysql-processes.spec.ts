import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import { type MysqlServer, startMariadbServer, startMysqlServer } from '../support/mysql-server.js';
import type { WorkerReport } from '../support/server-worker.js';

const run = promisify(execFile);
const LOADER = new URL('../support/ts-register.mjs', import.meta.url).href;
const WORKER = fileURLToPath(new URL('../support/server-worker.ts', import.meta.url));
const ROUNDS = 200;
const NUMBERS = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe.each([
  ['mariadb', startMariadbServer],
  ['mysql', startMysqlServer],
] as const)('processes that use one %s', (name, startServer) => {
  let server: MysqlServer;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  beforeEach(() => server.ask('DROP TABLE IF EXISTS fsm_state, fsm_counter'));

  it('CNT-1 CAS-1 CAS-5 count exactly, have one winner per round, and lose no update', async () => {
    const reports = await Promise.all(NUMBERS(0, 3).map(() => work(ROUNDS)));
    const totals = reports.flatMap((report) => report.totals).sort((left, right) => left - right);
    expect(totals).toEqual(NUMBERS(1, 3 * ROUNDS + 1));
    const won = reports.flatMap((report) => report.wonRounds).sort((left, right) => left - right);
    expect(won).toEqual(NUMBERS(0, ROUNDS));
    const storage = new MysqlStorage({ url: server.url, namespace: 'processes' });
    await storage.start();
    expect(await storage.getState('shared')).toEqual({ steps: 3 * ROUNDS });
    await storage.stop();
  });

  it('LC-1 create the tables if they all start at once', async () => {
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
