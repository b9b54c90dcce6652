// A process of its own that works on one server with others:
//   node --import ./test/support/ts-register.mjs test/support/server-worker.ts <backend> <url> <rounds>
// It makes the tables where there are any, counts, races for states that nobody has, and updates one state, and tells on
// stdout what it was told.
import { openStorage, type StorageDescription } from '../linearizability/open-storage.js';

/** What a worker tells when it is done. */
export interface WorkerReport {
  readonly totals: readonly number[];
  readonly wonRounds: readonly number[];
}

const [backend = '', url = '', rounds = '0'] = process.argv.slice(2);
const options = { url, namespace: 'processes', commandTimeout: 30_000 };
const storage = await openStorage({ backend: backend as StorageDescription['backend'], options });
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
