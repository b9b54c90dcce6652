// A process of its own that works on one Postgres with others:
//   node --import ./test/support/ts-register.mjs test/support/postgres-worker.ts <url> <rounds>
// It counts, races for states that nobody has, and updates one state, and tells on stdout what it was told.
import { PostgresStorage } from '../../src/backends/typeorm/postgres.storage.js';

/** What a worker tells when it is done. */
export interface WorkerReport {
  readonly totals: readonly number[];
  readonly wonRounds: readonly number[];
}

const [url = '', rounds = '0'] = process.argv.slice(2);
const storage = new PostgresStorage({ url, namespace: 'processes' });
await storage.start();

const totals: number[] = [];
const wonRounds: number[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const [total, won] = await Promise.all([
    storage.increment('total', 1, { ttl: 600 }),
    storage.compareAndSet(`round:${round}`, { winner: process.pid }),
    storage.update<{ steps: number }>('shared', (current) => ({ steps: (current?.steps ?? 0) + 1 }), {
      attempts: 1000,
    }),
  ]);
  totals.push(total);
  if (won) wonRounds.push(round);
}
await storage.stop();
const report: WorkerReport = { totals, wonRounds };
process.stdout.write(JSON.stringify(report));
