// A process that works on one server together with others:
//   node --import ./test/support/ts-register.mjs test/support/server-worker.ts <backend> <url> <rounds>
// It creates the tables if the backend has any, counts, races to create states, and updates one state. It prints the
// results on stdout.
import { openStorage, type StorageDescription } from '../linearizability/open-storage.js';

/** The results of a worker. */
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
