// A process that calls a storage that other processes call too. Started by `client-processes.ts`, which hands it jobs by IPC; what it
// does goes to the log of the job, by a write that the kernel keeps even when this process is killed right after.
import { closeSync, openSync, writeSync } from 'node:fs';
import { runJob } from './client-callers.js';
import type { ClientJob, ClientMessage } from './client-job.js';
import { retry } from './retry.js';
import type { Outcome } from './operation.js';
import { openStorage, type StorageDescription } from './open-storage.js';
import { plantBug } from './planted-bugs.js';

/** A message each time that so many calls have returned. */
const CALLS_PER_MESSAGE = 5;

const description = JSON.parse(process.argv[2] ?? '') as StorageDescription;
const storage = await openStorage(description);
let returned = 0;

function send(message: ClientMessage): void {
  process.send?.(message);
}

function onReturn({ kind }: Outcome): void {
  returned += 1;
  if (returned % CALLS_PER_MESSAGE === 0) send({ kind: 'progress' });
  if (kind !== 'ok') send({ kind: 'trouble' });
}

async function work(job: ClientJob): Promise<void> {
  const called = storage.withNamespace(job.namespace);
  const file = openSync(job.log, 'a');
  try {
    const log = (line: object): void => void writeSync(file, `${JSON.stringify(line)}\n`);
    const { plantedBug } = description;
    await runJob({ storage: plantedBug === undefined ? called : plantBug(plantedBug, called), log, onReturn }, job);
  } finally {
    closeSync(file);
  }
}

function fail(error: unknown): void {
  send({ kind: 'failure', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

process.on('message', (job: ClientJob) => {
  work(job).then(() => send({ kind: 'done' }), fail);
});
process.on('disconnect', () => process.exit());
await retry(() => storage.start()).then(() => send({ kind: 'ready' }), fail);
