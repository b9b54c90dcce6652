import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';
import type { WorkerReport } from '../support/server-worker.js';

const run = promisify(execFile);
const LOADER = new URL('../support/ts-register.mjs', import.meta.url).href;
const WORKER = fileURLToPath(new URL('../support/server-worker.ts', import.meta.url));
const ROUNDS = 150;

let server: RedisServer;

beforeEach(async () => {
  server = await startRedisServer();
});
afterEach(() => server.stop());

describe.each([2, 4])('%i processes on one server', (processes) => {
  it('CNT-1 CAS-1 CAS-5 count exactly, have one winner per round, and lose no update', async () => {
    const reports = await Promise.all(Array.from({ length: processes }, () => work()));
    const storage = new RedisStorage({ url: server.url, namespace: 'processes' });
    await storage.start();
    const steps = processes * ROUNDS;
    const totals = reports.flatMap((report) => report.totals).sort((left, right) => left - right);
    expect(totals).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
    const won = reports.flatMap((report) => report.wonRounds).sort((left, right) => left - right);
    expect(won).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
    expect(await storage.getState('shared')).toEqual({ steps });
    await storage.stop();
  });

  async function work(): Promise<WorkerReport> {
    const { stdout } = await run(process.execPath, ['--import', LOADER, WORKER, 'redis', server.url, `${ROUNDS}`]);
    return JSON.parse(stdout) as WorkerReport;
  }
});
