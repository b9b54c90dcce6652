// One of several processes on one SQLite file. Started by `sqlite-processes.ts`; speaks by IPC, and acknowledges single
// writes on stdout, which is written at once and so survives a kill.
import { writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnSqliteConnection } from '../../src/backends/typeorm/sqlite/connection.js';
import { resolveSqliteOptions, type SqliteStorageOptions } from '../../src/backends/typeorm/sqlite/options.js';
import { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import type { WorkerJob } from './sqlite-processes.js';

const job = JSON.parse(process.argv[2] ?? '') as WorkerJob;
const imported = new Map<string, Promise<unknown>>();
const storage = createStorage(job.options);

/** A SqliteStorage that looks for a package once: later, this process may not be allowed to read it any more. */
function createStorage(options: SqliteStorageOptions): FsmStorage {
  const { driver: file, storage: rules } = resolveSqliteOptions(options);
  const connection = new OwnSqliteConnection(file, (name) => {
    const found = imported.get(name) ?? import(name);
    imported.set(name, found);
    return found;
  });
  return new FsmStorage(new TypeOrmDriver({ connection, schema: file.schema }), rules);
}

/** Makes `count` calls, `atOnce` at a time. */
async function repeat<T>(count: number, atOnce: number, call: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) results.push(await call(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

/** Writes until it is killed; says on stdout what was acknowledged. */
async function writeForEver(): Promise<void> {
  const payload = 'x'.repeat(3000);
  await repeat(Infinity, job.atOnce ?? 4, async (index) => {
    await storage.setState(`${job.name}:${index}`, { name: 'written', data: { index, payload } });
    writeSync(1, `state ${index}\n`);
    const total = await storage.increment(`total:${job.name}`);
    writeSync(1, `total ${total}\n`);
    await storage.update<{ first: number; second: number }>('pair', (pair) => {
      const value = (pair?.first ?? 0) + 1;
      return { first: value, payload, second: value };
    });
    writeSync(1, 'pair\n');
  });
}

async function work(): Promise<unknown> {
  switch (job.kind) {
    case 'start':
      return null;
    case 'increment':
      return repeat(job.count, job.atOnce ?? 8, () => storage.increment('shared'));
    case 'swap':
      return repeat(job.count, job.atOnce ?? 1, (round) => storage.compareAndSet(`round:${round}`, { name: job.name }));
    case 'update':
      return repeat(job.count, 4, () =>
        storage.update<{ sum: number }>('sum', (current) => ({ sum: (current?.sum ?? 0) + 1 }), { attempts: 10_000 }),
      ).then((results) => results.length);
    case 'write-for-ever':
      return writeForEver();
  }
}

/**
 * Another user may not be able to read this checkout, and the packages are imported only when a storage starts: a
 * storage that starts on another file first loads them all.
 */
async function become(user: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fsm-worker-'));
  const first = createStorage({ ...job.options, path: join(folder, 'first.db') });
  await first.start();
  await first.stop();
  await rm(folder, { recursive: true });
  process.setgroups?.([user]);
  process.setgid?.(user);
  process.setuid?.(user);
}

async function run(): Promise<void> {
  if (job.becomes !== undefined) await become(job.becomes);
  if (job.kind !== 'start') await storage.start();
  process.send?.({ ready: true });
  await new Promise((resolve) => process.once('message', resolve));
  if (job.kind === 'start') await storage.start();
  const result = await work();
  await storage.stop();
  process.send?.({ result }, () => process.disconnect());
}

run().catch((error: unknown) => {
  process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }, () =>
    process.disconnect(),
  );
});
