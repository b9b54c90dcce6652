import { BackendError } from '../../src/errors/backend-errors.js';
import { ContentionError } from '../../src/errors/outcome-errors.js';
import { execute, type CalledStorage, randomCounterCall, randomStateCall } from './client-calls.js';
import type { ClientJob } from './client-job.js';
import { type LogLine, now } from './client-log.js';
import type { Call, Outcome, Value } from './operation.js';
import { Random } from './random.js';

/** Where a client's calls go, and where they are logged. */
export interface CallerContext {
  readonly storage: CalledStorage;
  /** Must keep the line before it returns. */
  log(line: LogLine): void;
  onReturn?(outcome: Outcome): void;
}

const FEW_VALUES = ['one', 'two', 'three'];
/** By then a server has recovered from its fault. */
const MAX_READS = 200;

/** Does a job: all its callers at once. */
export async function runJob(world: CallerContext, job: ClientJob): Promise<void> {
  const callers = Array.from({ length: job.callers }, (_, index) => new Caller(world, job, index));
  await Promise.all(callers.map((caller) => (job.kind === 'mix' ? caller.callAtRandom() : caller.readEveryKey())));
}

class Caller {
  readonly #world: CallerContext;
  readonly #job: ClientJob;
  readonly #name: string;
  readonly #random: Random;
  readonly #lastSeen = new Map<string, Value>();
  #calls = 0;

  constructor(world: CallerContext, job: ClientJob, index: number) {
    this.#world = world;
    this.#job = job;
    this.#name = `${job.client}.${index}`;
    this.#random = new Random(job.seed * 1009 + index);
  }

  async callAtRandom(): Promise<void> {
    const { states, counters, operations } = this.#job;
    for (let index = 0; index < operations; index += 1) {
      const key = this.#random.below(states + counters);
      if (key < states) await this.#callState(`state${key}`);
      else await this.#call(`counter${key - states}`, randomCounterCall(this.#random));
    }
  }

  async readEveryKey(): Promise<void> {
    const { states, counters } = this.#job;
    for (let key = 0; key < states; key += 1) await this.#readSurely(`state${key}`, { kind: 'get' });
    for (let key = 0; key < counters; key += 1) await this.#readSurely(`counter${key}`, { kind: 'getCounter' });
  }

  async #callState(identifier: string): Promise<void> {
    const { values } = this.#job;
    const newValue = values === 'few' ? this.#random.pick(FEW_VALUES) : `${this.#name}/${this.#calls}`;
    const call = randomStateCall(this.#random, this.#lastSeen.get(identifier) ?? null, newValue);
    const outcome = await this.#call(identifier, call);
    if (outcome.kind !== 'ok') return;
    if (call.kind === 'get' && typeof outcome.result !== 'number' && typeof outcome.result !== 'boolean') {
      this.#lastSeen.set(identifier, outcome.result);
    }
    if (call.kind === 'delete') this.#lastSeen.set(identifier, null);
    if ('next' in call && outcome.result !== false) this.#lastSeen.set(identifier, call.next);
  }

  async #readSurely(identifier: string, call: Call): Promise<void> {
    for (let read = 0; read < MAX_READS; read += 1) {
      if ((await this.#call(identifier, call)).kind === 'ok') return;
    }
    throw new Error(`${identifier} could not be read ${MAX_READS} times, long after the fault.`);
  }

  async #call(identifier: string, call: Call): Promise<Outcome> {
    const { storage, log, onReturn } = this.#world;
    const id = `${this.#name}/${this.#calls}`;
    this.#calls += 1;
    const planned: Call = call.kind === 'update' ? { kind: 'update', seen: null, next: null } : call;
    log({ line: 'call', id, key: identifier, call: planned, at: now() });
    const onTry = (seen: Value): void => {
      log({ line: 'try', id, seen, next: call.kind === 'update' ? call.next : null });
    };
    const outcome = await execute(storage, identifier, call, onTry).then(
      (result): Outcome => ({ kind: 'ok', result, returnedAt: now() }),
      (error: unknown) => outcomeOf(error),
    );
    if (outcome instanceof Error) {
      log({ line: 'fault', id, error: String(outcome.stack) });
      return { kind: 'unknown' };
    }
    log({ line: 'return', id, outcome });
    onReturn?.(outcome);
    return outcome;
  }
}

function outcomeOf(error: unknown): Outcome | Error {
  if (error instanceof BackendError) return { kind: error.outcome };
  if (error instanceof ContentionError) return { kind: 'not-applied' };
  return error instanceof Error ? error : new Error(`a value that is not an Error was thrown: ${String(error)}`);
}
