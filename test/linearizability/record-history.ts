import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientJob } from './client-job.js';
import { type LogLine, parseLines, toHistory } from './client-log.js';
import { ClientProcesses } from './client-processes.js';
import { injectFault, type FaultName, possibleFaults, type FaultTargets } from './faults.js';
import type { Engine, RunningEngine } from './engines.js';
import type { History } from './operation.js';
import type { PlantedBug } from './planted-bugs.js';
import { Random } from './random.js';

/** How to record one history. */
export interface HistoryPlan {
  readonly seed: number;
  readonly fault: FaultName;
  /** Calls of each caller. */
  readonly operations: number;
}

/** An engine with its clients, that histories are recorded on one after another. */
export class Recorder {
  readonly #engine: Engine;
  readonly #running: RunningEngine;
  readonly #clients: ClientProcesses;
  readonly #folder: string;
  #histories = 0;

  private constructor(engine: Engine, running: RunningEngine, clients: ClientProcesses, folder: string) {
    this.#engine = engine;
    this.#running = running;
    this.#clients = clients;
    this.#folder = folder;
  }

  static async start(engine: Engine, plantedBug?: PlantedBug): Promise<Recorder> {
    const running = await engine.start();
    try {
      const { storage } = running;
      const described = plantedBug === undefined ? storage : { ...storage, plantedBug };
      const clients = await ClientProcesses.start(described, engine.processes);
      return new Recorder(engine, running, clients, await mkdtemp(join(tmpdir(), 'fsm-history-')));
    } catch (error) {
      await running.stop();
      throw error;
    }
  }

  /** The faults that this engine can be put to. */
  get faults(): readonly FaultName[] {
    return possibleFaults(this.#targets(new Random(0)));
  }

  /** Lets the clients call, injects the fault meanwhile, reads every key at the end, and returns all calls and results. */
  async record({ seed, fault, operations }: HistoryPlan): Promise<History> {
    const random = new Random(seed);
    const job = this.#planJob(random, seed, operations);
    await this.#running.focus?.(job.namespace);
    const jobOf = (client: string): ClientJob => ({ ...job, client, log: `${job.log}.${client}` });
    const run = this.#clients.run((client) => ({ ...jobOf(`${client}`), seed: seed * 101 + client }));
    const faulted = this.#injectLater(fault, random);
    await Promise.all([run, faulted]);
    await this.#clients.runAlone({ ...jobOf('last'), kind: 'read-all', callers: 1 });
    return toHistory(await this.#takeLogs());
  }

  /** Each process has its own file: in a shared file, a line cut short by a kill would corrupt the next line. */
  async #takeLogs(): Promise<LogLine[]> {
    const paths = (await readdir(this.#folder)).map((name) => join(this.#folder, name));
    const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    await Promise.all(paths.map((path) => rm(path)));
    return texts.flatMap(parseLines);
  }

  async stop(): Promise<void> {
    await this.#clients.stop();
    await this.#running.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #planJob(random: Random, seed: number, operations: number): ClientJob {
    this.#histories += 1;
    return {
      kind: 'mix',
      namespace: `history-${this.#histories}`,
      client: '',
      seed,
      callers: this.#engine.callersPerProcess,
      operations,
      states: 1 + random.below(3),
      counters: 1 + random.below(2),
      values: random.happens(0.5) ? 'unique' : 'few',
      log: join(this.#folder, `${this.#histories}.log`),
    };
  }

  /** Injects the fault at a random moment after the beginning. */
  async #injectLater(fault: FaultName, random: Random): Promise<void> {
    for (let count = random.below(8); count >= 0; count -= 1) await this.#clients.next('progress');
    await injectFault(fault, this.#targets(random));
  }

  #targets(random: Random): FaultTargets {
    return { ...this.#running, clients: this.#clients, random };
  }
}
