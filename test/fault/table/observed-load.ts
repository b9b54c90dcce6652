import { setTimeout as pause } from 'node:timers/promises';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { isFsmStorageError } from '../../../src/errors/fsm-storage.error.js';

/** What became of a call: answered, or failed with an error's code and outcome. */
export type Fate = 'ok' | `${string} ${'not-applied' | 'unknown'}`;

interface Call {
  readonly kind: 'write' | 'count' | 'read';
  readonly identifier: string;
  readonly fate: Fate;
  readonly waitedMs: number;
}

/** What the callers went through, and whether what they were told is true. */
export interface Report {
  /** How many calls came to each end other than `ok`. */
  readonly failures: ReadonlyMap<Fate, number>;
  readonly longestWaitMs: number;
  readonly acknowledged: number;
  /** Acknowledged writes and counts that are not there. */
  readonly lost: number;
  /** Writes and counts that were told as not applied and are there, or count twice. */
  readonly uncalledFor: number;
}

/** So that a storage that refuses at once is not asked without end. */
const PAUSE_AFTER_FAILURE_MS = 10;
/** The identifier of what the callers count. */
export const COUNTER = 'total';

/** Callers that go on whatever happens: each writes a state of its own, counts, and reads, in turn. */
export class ObservedLoad {
  readonly #storage: BaseStorage;
  readonly #calls: Call[] = [];
  readonly #watchers = new Set<(call: Call) => void>();
  #lanes: readonly Promise<void>[] = [];
  #isOver = false;
  #started = 0;

  constructor(storage: BaseStorage) {
    this.#storage = storage;
  }

  begin(lanes = 16): void {
    this.#lanes = Array.from({ length: lanes }, () => this.#goOn());
  }

  /** So many calls at once, beside the others. */
  burst(calls: number): Promise<void> {
    return Promise.all(Array.from({ length: calls }, () => this.#one())).then(() => undefined);
  }

  /** Resolves when so many more calls have come to an end that `isMeant`. */
  after(count: number, isMeant: (fate: Fate, kind: Call['kind']) => boolean): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      const watch = ({ fate, kind }: Call): void => {
        if (isMeant(fate, kind)) left -= 1;
        if (left > 0) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  /** Lets the callers go on beside it. */
  goOnFor(milliseconds: number): Promise<void> {
    return pause(milliseconds);
  }

  async end(): Promise<Report> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
    const written = this.#calls.filter(({ kind }) => kind === 'write');
    const counted = this.#calls.filter(({ kind }) => kind === 'count');
    const states = await this.#isThere(written.map(({ identifier }) => identifier));
    const isThere = (call: Call, index: number): boolean => states[index] === true || call.kind !== 'write';
    const lostWrites = written.filter((call, index) => call.fate === 'ok' && !isThere(call, index)).length;
    const ghosts = written.filter((call, index) => isNotApplied(call.fate) && isThere(call, index)).length;
    const total = (await this.#storage.getCounter(COUNTER)) ?? 0;
    const certain = counted.filter(({ fate }) => fate === 'ok').length;
    const possible = counted.filter(({ fate }) => fate.endsWith('unknown')).length;
    return {
      failures: countFailures(this.#calls),
      longestWaitMs: this.#calls.reduce((longest, { waitedMs }) => Math.max(longest, waitedMs), 0),
      acknowledged: written.filter(({ fate }) => fate === 'ok').length + certain,
      lost: lostWrites + Math.max(0, certain - total),
      uncalledFor: ghosts + Math.max(0, total - certain - possible),
    };
  }

  async #goOn(): Promise<void> {
    while (!this.#isOver) {
      if ((await this.#one()) !== 'ok') await pause(PAUSE_AFTER_FAILURE_MS);
    }
  }

  async #one(): Promise<Fate> {
    const index = this.#started;
    this.#started += 1;
    const kind = (['write', 'count', 'read'] as const)[index % 3] ?? 'read';
    const identifier = `state:${index}`;
    const began = performance.now();
    const fate = await this.#ask(kind, identifier).then(() => 'ok' as const, fateOf);
    const call = { kind, identifier, fate, waitedMs: performance.now() - began };
    this.#calls.push(call);
    for (const watch of [...this.#watchers]) watch(call);
    return fate;
  }

  #ask(kind: Call['kind'], identifier: string): Promise<unknown> {
    if (kind === 'write') return this.#storage.setState(identifier, { name: 'here' });
    return kind === 'count' ? this.#storage.increment(COUNTER) : this.#storage.getState(identifier);
  }

  async #isThere(identifiers: readonly string[]): Promise<readonly boolean[]> {
    const found: boolean[] = [];
    for (let start = 0; start < identifiers.length; start += 500) {
      const states = await this.#storage.getStates(identifiers.slice(start, start + 500));
      found.push(...states.map((state) => state !== null));
    }
    return found;
  }
}

/** How an error of a storage counts; any other is a defect, and is thrown on. */
export function fateOf(error: unknown): Fate {
  if (!isFsmStorageError(error)) throw error;
  const { outcome } = error as { outcome?: 'not-applied' | 'unknown' };
  return `${error.code} ${outcome ?? 'not-applied'}`;
}

export function isSuccess(fate: Fate): boolean {
  return fate === 'ok';
}

export function isFailure(fate: Fate): boolean {
  return fate !== 'ok';
}

function isNotApplied(fate: Fate): boolean {
  return fate.endsWith('not-applied');
}

function countFailures(calls: readonly Call[]): Map<Fate, number> {
  const failures = new Map<Fate, number>();
  for (const { fate } of calls) if (fate !== 'ok') failures.set(fate, (failures.get(fate) ?? 0) + 1);
  return failures;
}
