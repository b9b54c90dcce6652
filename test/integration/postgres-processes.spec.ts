import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.js';
import { runServerWorker } from '../support/run-server-worker.js';

const ROUNDS = 150;

let server: PostgresServer;

beforeEach(async () => {
  server = await startPostgresServer();
});
afterEach(() => server.stop());

describe.each([2, 4])('%i processes on one server', (processes) => {
  it('CNT-1 CAS-1 CAS-5 count exactly, have one winner per round, and lose no update', async () => {
    const reports = await Promise.all(
      Array.from({ length: processes }, () => runServerWorker('postgres', server.url, ROUNDS)),
    );
    const storage = new PostgresStorage({ url: server.url, namespace: 'processes' });
    await storage.start();
    const steps = processes * ROUNDS;
    const totals = reports.flatMap((report) => report.totals).sort((left, right) => left - right);
    expect(totals).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
    const won = reports.flatMap((report) => report.wonRounds).sort((left, right) => left - right);
    expect(won).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
    expect(await storage.getState('shared')).toEqual({ steps });
    await storage.stop();
  });
});
