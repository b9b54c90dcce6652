import { setTimeout as pause } from 'node:timers/promises';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { isFsmStorageError } from '../../../src/errors/fsm-storage.error.js';

/** How a call ended: it succeeded, or failed with an error's code and outcome. */
export type CallEnd = 'ok' | `${string} ${'not-applied' | 'unknown'}`;

interface Call {
  readonly kind: 'write' | 'count' | 'read';
  readonly identifier: string;
  readonly end: CallEnd;
  readonly waitedMs: number;
}

/** What the callers saw, compared with what is stored afterwards. */
export interface Report {
  /** How many calls came to each end other than `ok`. */
  readonly failures: ReadonlyMap<CallEnd, number>;
  readonly longestWaitMs: number;
  readonly acknowledged: number;
  /** Acknowledged writes and increments that are missing afterwards. */
  readonly lost: number;
  /** Writes and increments that were reported as not applied but are there, or that count twice. */
  readonly unexpected: number;
}

/** Keeps callers from calling in a tight loop while a storage rejects immediately. */
const PAUSE_AFTER_FAILURE_MS = 10;
/** The identifier of what the callers count. */
export const COUNTER = 'total';

/** Callers that continue through any fault: each call writes a new state, increments, or reads, in turn. */
export class ObservedLoad {
  readonly #storage: BaseStorage;
  readonly #calls: Call[] = [];
  readonly #watchers = new Set<(call: Call) => void>();
  #callers: readonly Promise<void>[] = [];
  #isOver = false;
  #started = 0;

  constructor(storage: BaseStorage) {
    this.#storage = storage;
  }

  begin(callers = 16): void {
    this.#callers = Array.from({ length: callers }, () => this.#goOn());
  }

  /** Makes this many concurrent calls, besides the running callers. */
  burst(calls: number): Promise<void> {
    return Promise.all(Array.from({ length: calls }, () => this.#one())).then(() => undefined);
  }

  /** Resolves after `count` more calls that `isMeant` selects. */
  after(count: number, isMeant: (end: CallEnd, kind: Call['kind']) => boolean): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      const watch = ({ end, kind }: Call): void => {
        if (isMeant(end, kind)) left -= 1;
        if (left > 0) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  /** Waits while the callers continue. */
  goOnFor(milliseconds: number): Promise<void> {
    return pause(milliseconds);
  }

  async end(): Promise<Report> {
    this.#isOver = true;
    await Promise.all(this.#callers);
    const written = this.#calls.filter(({ kind }) => kind === 'write');
    const counted = this.#calls.filter(({ kind }) => kind === 'count');
    const states = await this.#isThere(written.map(({ identifier }) => identifier));
    const isThere = (call: Call, index: number): boolean => states[index] === true || call.kind !== 'write';
    const lostWrites = written.filter((call, index) => call.end === 'ok' && !isThere(call, index)).length;
    const unexpectedWrites = written.filter((call, index) => isNotApplied(call.end) && isThere(call, index)).length;
    const total = (await this.#storage.getCounter(COUNTER)) ?? 0;
    const certain = counted.filter(({ end }) => end === 'ok').length;
    const possible = counted.filter(({ end }) => end.endsWith('unknown')).length;
    return {
      failures: countFailures(this.#calls),
      longestWaitMs: this.#calls.reduce((longest, { waitedMs }) => Math.max(longest, waitedMs), 0),
      acknowledged: written.filter(({ end }) => end === 'ok').length + certain,
      lost: lostWrites + Math.max(0, certain - total),
      unexpected: unexpectedWrites + Math.max(0, total - certain - possible),
    };
  }

  async #goOn(): Promise<void> {
    while (!this.#isOver) {
      if ((await this.#one()) !== 'ok') await pause(PAUSE_AFTER_FAILURE_MS);
    }
  }

  async #one(): Promise<CallEnd> {
    const index = this.#started;
    this.#started += 1;
    const kind = (['write', 'count', 'read'] as const)[index % 3] ?? 'read';
    const identifier = `state:${index}`;
    const began = performance.now();
    const end = await this.#ask(kind, identifier).then(() => 'ok' as const, callEndOf);
    const call = { kind, identifier, end, waitedMs: performance.now() - began };
    this.#calls.push(call);
    for (const watch of [...this.#watchers]) watch(call);
    return end;
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

/** Classifies an error of a storage; any other error is a defect and is thrown again. */
export function callEndOf(error: unknown): CallEnd {
  if (!isFsmStorageError(error)) throw error;
  const { outcome } = error as { outcome?: 'not-applied' | 'unknown' };
  return `${error.code} ${outcome ?? 'not-applied'}`;
}

export function isSuccess(end: CallEnd): boolean {
  return end === 'ok';
}

export function isFailure(end: CallEnd): boolean {
  return end !== 'ok';
}

function isNotApplied(end: CallEnd): boolean {
  return end.endsWith('not-applied');
}

function countFailures(calls: readonly Call[]): Map<CallEnd, number> {
  const failures = new Map<CallEnd, number>();
  for (const { end } of calls) if (end !== 'ok') failures.set(end, (failures.get(end) ?? 0) + 1);
  return failures;
}
