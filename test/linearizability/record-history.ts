import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientJob } from './client-job.js';
import { type LogLine, parseLines, toHistory } from './client-log.js';
import { ClientTeam } from './client-team.js';
import { disturb, type DisturbanceName, possibleDisturbances, type Scene } from './disturbances.js';
import type { Engine, RunningEngine } from './engines.js';
import type { History } from './operation.js';
import type { PlantedBug } from './planted-bugs.js';
import { Random } from './random.js';

/** How one history is made. */
export interface HistoryPlan {
  readonly seed: number;
  readonly disturbance: DisturbanceName;
  /** Calls of each caller. */
  readonly operations: number;
}

/** An engine with its clients, that histories are recorded on one after another. */
export class Recorder {
  readonly #engine: Engine;
  readonly #running: RunningEngine;
  readonly #clients: ClientTeam;
  readonly #folder: string;
  #histories = 0;

  private constructor(engine: Engine, running: RunningEngine, clients: ClientTeam, folder: string) {
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
      const clients = await ClientTeam.start(described, engine.processes);
      return new Recorder(engine, running, clients, await mkdtemp(join(tmpdir(), 'fsm-history-')));
    } catch (error) {
      await running.stop();
      throw error;
    }
  }

  /** The disturbances that this engine can be put to. */
  get disturbances(): readonly DisturbanceName[] {
    return possibleDisturbances(this.#scene(new Random(0)));
  }

  /** Lets the clients work, disturbs them meanwhile, reads what is left in the end, and gives back what all saw. */
  async record({ seed, disturbance, operations }: HistoryPlan): Promise<History> {
    const random = new Random(seed);
    const job = this.#planJob(random, seed, operations);
    await this.#running.focus?.(job.namespace);
    const jobOf = (client: string): ClientJob => ({ ...job, client, log: `${job.log}.${client}` });
    const run = this.#clients.run((client) => ({ ...jobOf(`${client}`), seed: seed * 101 + client }));
    const disturbed = this.#disturbLater(disturbance, random);
    await Promise.all([run, disturbed]);
    await this.#clients.runAlone({ ...jobOf('last'), kind: 'read-all', lanes: 1 });
    return toHistory(await this.#takeLogs());
  }

  /** Each process has a file of its own: were one shared, a line that a kill has torn would spoil the next. */
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
      lanes: this.#engine.lanes,
      operations,
      states: 1 + random.below(3),
      counters: 1 + random.below(2),
      values: random.happens(0.5) ? 'unique' : 'few',
      log: join(this.#folder, `${this.#histories}.log`),
    };
  }

  /** Not at the very beginning: somewhere on the way. */
  async #disturbLater(disturbance: DisturbanceName, random: Random): Promise<void> {
    for (let count = random.below(8); count >= 0; count -= 1) await this.#clients.next('progress');
    await disturb(disturbance, this.#scene(random));
  }

  #scene(random: Random): Scene {
    return { ...this.#running, clients: this.#clients, random };
  }
}
