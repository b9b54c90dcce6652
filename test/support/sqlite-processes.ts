import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SqliteStorageOptions } from '../../src/backends/typeorm/sqlite/options.js';

/** What a worker does after `go()`. */
export interface WorkerJob {
  readonly name: string;
  readonly kind: 'start' | 'increment' | 'swap' | 'update' | 'write-for-ever';
  /** How often; of no meaning to `start` and `write-for-ever`. */
  readonly count: number;
  /** How many calls are in flight; default: a few. */
  readonly atOnce?: number;
  readonly options: SqliteStorageOptions;
  /** The number of the user and group it becomes once all is loaded; default: it stays who this process is. */
  readonly becomes?: number;
}

interface WorkerMessage {
  readonly ready?: true;
  readonly result?: unknown;
  readonly failure?: string;
}

/** A separate process with a SqliteStorage. */
export class SqliteWorker {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  #unfinishedLine = '';

  constructor(job: WorkerJob) {
    const path = fileURLToPath(new URL('./sqlite-worker.ts', import.meta.url));
    const register = new URL('./ts-register.mjs', import.meta.url).href;
    this.#process = fork(path, [JSON.stringify(job)], {
      execArgv: ['--import', register],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
  }

  /** Resolves when the worker waits for `go()`. */
  async ready(): Promise<this> {
    await this.#message();
    return this;
  }

  /** Lets it work, and returns the result. */
  async go(): Promise<unknown> {
    const message = this.#message();
    this.#process.send('go');
    const { result } = await message;
    await this.#ended();
    return result;
  }

  /** Lets it write, kills it as soon as it has acknowledged so many lines, and returns all lines it acknowledged. */
  async killAfter(lines: number): Promise<readonly string[]> {
    const closed = once(this.#process, 'close');
    this.#process.stdout?.on('data', () => {
      if (this.#lines.length >= lines) this.#process.kill('SIGKILL');
    });
    this.#process.send('go');
    await closed;
    return this.#lines;
  }

  /** Ends it, whatever it does. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #take(text: string): void {
    const lines = (this.#unfinishedLine + text).split('\n');
    this.#unfinishedLine = lines.pop() ?? '';
    this.#lines.push(...lines);
  }

  async #message(): Promise<WorkerMessage> {
    const exited = once(this.#process, 'exit').then(([code]) => ({ failure: `ended with ${String(code)}` }));
    const message = once(this.#process, 'message').then(([received]) => received as WorkerMessage);
    const first: WorkerMessage = await Promise.race([message, exited]);
    if (first.failure !== undefined) throw new Error(`worker: ${first.failure}`);
    return first;
  }

  async #ended(): Promise<void> {
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}

/** Starts a worker for each job and lets all go at the same moment. */
export async function runTogether(jobs: readonly WorkerJob[]): Promise<unknown[]> {
  const workers = await Promise.all(jobs.map((job) => new SqliteWorker(job).ready()));
  return Promise.all(workers.map((worker) => worker.go()));
}
