import { beforeEach, describe, expect, it } from '@jest/globals';
import { MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import { useServer } from '../support/fixtures.js';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';
import { runServerWorker } from '../support/run-server-worker.js';

const ROUNDS = 200;
const NUMBERS = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe.each([
  ['mariadb', startMariadbServer],
  ['mysql', startMysqlServer],
] as const)('processes that use one %s', (name, startServer) => {
  const server = useServer(startServer);
  beforeEach(() => server().ask('DROP TABLE IF EXISTS fsm_state, fsm_counter'));

  it('CNT-1 CAS-1 CAS-5 count exactly, have one winner per round, and lose no update', async () => {
    const reports = await Promise.all(NUMBERS(0, 3).map(() => runServerWorker(name, server().url, ROUNDS)));
    const totals = reports.flatMap((report) => report.totals).sort((left, right) => left - right);
    expect(totals).toEqual(NUMBERS(1, 3 * ROUNDS + 1));
    const won = reports.flatMap((report) => report.wonRounds).sort((left, right) => left - right);
    expect(won).toEqual(NUMBERS(0, ROUNDS));
    const storage = new MysqlStorage({ url: server().url, namespace: 'processes' });
    await storage.start();
    expect(await storage.getState('shared')).toEqual({ steps: 3 * ROUNDS });
    await storage.stop();
  });

  it('LC-1 create the tables if they all start at once', async () => {
    const reports = await Promise.all(NUMBERS(0, 4).map(() => runServerWorker(name, server().url, 1)));
    expect(reports.flatMap((report) => report.totals).sort()).toEqual([1, 2, 3, 4]);
  });
});
