import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientJob, ClientMessage } from './client-job.js';
import type { StorageDescription } from './open-storage.js';

const PROGRAM = fileURLToPath(new URL('./history-client.ts', import.meta.url));
const REGISTER = new URL('../support/ts-register.mjs', import.meta.url).href;

/** Client processes that work on one storage, one history after another. */
export class ClientProcesses {
  readonly #description: StorageDescription;
  readonly #size: number;
  readonly #events = new EventEmitter();
  /** The current process of each client; a killed one is replaced. */
  #clients: Promise<ClientProcess>[] = [];
  #isRunning = false;

  private constructor(description: StorageDescription, size: number) {
    this.#description = description;
    this.#size = size;
    this.#events.setMaxListeners(0);
  }

  static async start(description: StorageDescription, size: number): Promise<ClientProcesses> {
    const clients = new ClientProcesses(description, size);
    clients.#clients = Array.from({ length: size }, () => clients.#launch());
    try {
      await Promise.all(clients.#clients);
    } catch (error) {
      await clients.stop();
      throw error;
    }
    return clients;
  }

  get size(): number {
    return this.#size;
  }

  /** Gives each client its job; resolves when all have finished or were killed. */
  async run(jobOf: (client: number) => ClientJob): Promise<void> {
    this.#isRunning = true;
    try {
      const clients = await Promise.all(this.#clients);
      await Promise.all(clients.map((client, index) => client.run(jobOf(index))));
    } finally {
      this.#isRunning = false;
      this.#events.emit('progress');
      this.#events.emit('trouble');
    }
  }

  /** Runs a job in one client only. */
  async runAlone(job: ClientJob): Promise<void> {
    const first = await this.#clients[0];
    await first?.run(job);
  }

  /** Resolves at the next message of a client; immediately if all are done. */
  async next(sign: 'progress' | 'trouble'): Promise<void> {
    if (this.#isRunning) await once(this.#events, sign);
  }

  /** SIGKILL at any moment. A new process replaces it for the next history. */
  async kill(client: number): Promise<void> {
    const killed = await this.#clients[client];
    this.#clients[client] = this.#launch();
    this.#clients[client]?.catch(() => {}); // `run` and `stop` report it.
    killed?.kill();
  }

  async stop(): Promise<void> {
    for (const started of await Promise.allSettled(this.#clients)) {
      if (started.status === 'fulfilled') started.value.kill();
    }
  }

  async #launch(): Promise<ClientProcess> {
    const client = new ClientProcess(this.#description, (sign) => this.#events.emit(sign));
    try {
      await client.ready;
    } catch (error) {
      client.kill();
      throw error;
    }
    return client;
  }
}

class ClientProcess {
  readonly ready: Promise<void>;
  readonly #process: ChildProcess;
  readonly #onSign: (sign: 'progress' | 'trouble') => void;
  #isKilled = false;

  constructor(description: StorageDescription, onSign: (sign: 'progress' | 'trouble') => void) {
    this.#onSign = onSign;
    this.#process = fork(PROGRAM, [JSON.stringify(description)], { execArgv: ['--import', REGISTER] });
    this.ready = this.#until('ready');
    this.#process.on('message', (message: ClientMessage) => {
      if (message.kind === 'progress' || message.kind === 'trouble') this.#onSign(message.kind);
    });
  }

  async run(job: ClientJob): Promise<void> {
    const done = this.#until('done');
    if (this.#process.connected) this.#process.send(job, () => {});
    await done;
  }

  kill(): void {
    this.#isKilled = true;
    this.#process.kill('SIGKILL');
  }

  #until(kind: 'ready' | 'done'): Promise<void> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: ClientMessage): void => {
        if (message.kind === kind) settle(resolve);
        if (message.kind === 'failure') settle(() => reject(new Error(`client: ${message.text}`)));
      };
      const onExit = (code: number | null): void => {
        settle(this.#isKilled ? resolve : () => reject(new Error(`client: it ended unexpectedly, with code ${code}`)));
      };
      const settle = (end: () => void): void => {
        this.#process.off('message', onMessage).off('exit', onExit);
        end();
      };
      this.#process.on('message', onMessage).on('exit', onExit);
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) onExit(this.#process.exitCode);
    });
  }
}
