import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WorkerReport } from './server-worker.js';

const run = promisify(execFile);
const LOADER = new URL('./ts-register.mjs', import.meta.url).href;
const WORKER = fileURLToPath(new URL('./server-worker.ts', import.meta.url));

/** Runs `server-worker.ts` in its own process until it is done. */
export async function runServerWorker(backend: string, url: string, rounds: number): Promise<WorkerReport> {
  // The sandbox's environment: in it, the Jest project chooses the version of TypeORM.
  const { stdout } = await run(process.execPath, ['--import', LOADER, WORKER, backend, url, `${rounds}`], {
    env: process.env,
  });
  return JSON.parse(stdout) as WorkerReport;
}
