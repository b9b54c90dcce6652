import { setImmediate as nextTick } from 'node:timers/promises';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import { BackendError } from '../../src/errors/backend-errors.js';
import { eventually } from '../support/eventually.js';

/** A write that succeeded. */
interface Acknowledged {
  readonly at: number;
  readonly caller: number;
  /** Of a counter's total; of a state that only this caller writes. */
  readonly number: number;
}

/** How the writes ended. */
export interface Loss {
  readonly acknowledged: number;
  readonly notApplied: number;
  readonly unknown: number;
  /** Acknowledged writes that are not there in the end; of increments at least so many. */
  readonly lost: number;
  /** From the first of them to the last, milliseconds. */
  readonly lostOverMs: number;
}

const CALLERS = 12;
const READ_AT_ONCE = 500;

/** Callers that write, in turn, a new state and their own counter, and the outcome of each write. */
export class AcknowledgedWrites {
  readonly #storages: readonly BaseStorage[];
  readonly #hashTag: string;
  readonly #states: Acknowledged[] = [];
  readonly #counts: Acknowledged[] = [];
  #callers: Promise<unknown> = Promise.resolve();
  #goesOn = true;
  #notApplied = 0;
  #unknown = 0;

  /** @param hashTag - begins every identifier, so that all may be in one slot */
  constructor(storages: readonly BaseStorage[], hashTag = '') {
    this.#storages = storages;
    this.#hashTag = hashTag;
  }

  get acknowledged(): number {
    return this.#states.length + this.#counts.length;
  }

  begin(): void {
    this.#callers = Promise.all(Array.from({ length: CALLERS }, (_, caller) => this.#call(caller)));
  }

  /** Resolves when so many more writes are acknowledged. */
  async after(writes: number): Promise<void> {
    const enough = this.acknowledged + writes;
    await eventually(() => this.acknowledged >= enough, 60_000);
  }

  /** Resolves when so many more calls have ended, well or not. */
  async afterAny(calls: number): Promise<void> {
    const ended = (): number => this.acknowledged + this.#notApplied + this.#unknown;
    const enough = ended() + calls;
    await eventually(() => ended() >= enough, 60_000);
  }

  /** No call is begun from now on. */
  end(): void {
    this.#goesOn = false;
  }

  /** Looks for what was acknowledged, when every call has ended. */
  async findLoss(storage: BaseStorage): Promise<Loss> {
    this.end();
    await this.#callers;
    await eventually(() => storage.health());
    const lost = [...(await this.#lostStates(storage)), ...(await this.#lostCounts(storage))].map(({ at }) => at);
    return {
      acknowledged: this.acknowledged,
      notApplied: this.#notApplied,
      unknown: this.#unknown,
      lost: lost.length,
      lostOverMs: spanOf(lost),
    };
  }

  async #call(caller: number): Promise<void> {
    const storage = this.#storages[caller % this.#storages.length];
    for (let number = 0; this.#goesOn && storage !== undefined; number += 1) {
      try {
        await storage.setState(this.#stateOf({ caller, number }), { number });
        this.#states.push({ at: performance.now(), caller, number });
        const total = await storage.increment(this.#counterOf(caller));
        this.#counts.push({ at: performance.now(), caller, number: total });
      } catch (error) {
        if (!(error instanceof BackendError)) throw error;
        if (error.outcome === 'unknown') this.#unknown += 1;
        else this.#notApplied += 1;
        await nextTick(); // Calls that fail at once must not keep the others from their sockets.
      }
    }
  }

  async #lostStates(storage: BaseStorage): Promise<Acknowledged[]> {
    const lost: Acknowledged[] = [];
    for (let start = 0; start < this.#states.length; start += READ_AT_ONCE) {
      const some = this.#states.slice(start, start + READ_AT_ONCE);
      const found = await storage.getStates(some.map((written) => this.#stateOf(written)));
      lost.push(...some.filter((_, index) => found[index] === null));
    }
    return lost;
  }

  /** A total beyond the last one is lost; so is one that was given twice, as the counter went back in between. */
  async #lostCounts(storage: BaseStorage): Promise<Acknowledged[]> {
    const lost: Acknowledged[] = [];
    for (let caller = 0; caller < CALLERS; caller += 1) {
      const total = (await storage.getCounter(this.#counterOf(caller))) ?? 0;
      const kept = new Set<number>();
      for (const count of this.#counts.toReversed().filter((candidate) => candidate.caller === caller)) {
        if (count.number > total || kept.has(count.number)) lost.push(count);
        else kept.add(count.number);
      }
    }
    return lost;
  }

  #stateOf({ caller, number }: Omit<Acknowledged, 'at'>): string {
    return `${this.#hashTag}${caller}/${number}`;
  }

  #counterOf(caller: number): string {
    return `${this.#hashTag}${caller}`;
  }
}

/** They may be more than a call takes arguments. */
function spanOf(times: readonly number[]): number {
  const sorted = [...times].sort((left, right) => left - right);
  return (sorted.at(-1) ?? 0) - (sorted[0] ?? 0);
}
