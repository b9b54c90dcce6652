import { groupBy } from './group-by.js';
import type { Call, Operation } from './operation.js';
import { changesNothing, type KeyContent, applyCall, type AppliedCall } from './sequential-model.js';
import { mergeUnreadValues } from './merge-unread-values.js';

/** How many configurations of one key are examined before the search fails. */
const MOST_CONFIGURATIONS = 1_000_000;

/** The search took too long: the history is neither accepted nor refuted. */
export class SearchLimitError extends Error {
  constructor(key: string, looked: number) {
    super(
      `${key}: no decision after ${looked} configurations: the history is not accepted. ` +
        'Record fewer calls, or fewer that end unknown, on one key; or raise the bound.',
    );
    this.name = new.target.name;
  }
}

/** A call that returned a result. */
interface ReturnedCall {
  readonly call: Call;
  readonly calledAt: number;
  readonly returnedAt: number;
  readonly result: AppliedCall['result'];
}

/** What may or may not have taken place: calls that do the same, in the order they were made. */
interface Group {
  readonly call: Call;
  readonly calledAt: readonly number[];
}

/** What took place so far in one try to put the calls in a row, and what the key holds then. */
interface Configuration {
  readonly content: KeyContent;
  /** All calls before this index took place; this one did not. */
  readonly first: number;
  /** Those behind `first` that took place, ascending. */
  readonly beyond: readonly number[];
  /** How many of each group took place. */
  readonly used: readonly number[];
}

/**
 * Whether the calls on one key can be put in a row, each at a moment between its call and its return, so that every
 * result is the one that a key without concurrency gives. By locality a history is linearizable if each of its keys is.
 *
 * Sources: J. M. Wing, C. Gong, "Testing and Verifying Concurrent Objects", Journal of Parallel and Distributed
 * Computing 17 (1993), for the search; G. Lowe, "Testing for linearizability", Concurrency and Computation 29 (2017),
 * for remembering configurations. Three additions keep it small and lose nothing:
 * - a returned call that fits now and, by its result, changes nothing is taken at once, without another way being tried;
 * - of calls whose outcome is unknown and that do the same, the earliest is taken first;
 * - values that no call reads are one value.
 *
 * @throws SearchGivenUpError after `mostConfigurations`
 */
export function isLinearizable(operations: readonly Operation[], mostConfigurations = MOST_CONFIGURATIONS): boolean {
  return new Search(mergeUnreadValues(operations)).run(operations[0]?.key ?? '', mostConfigurations);
}

class Search {
  readonly #returned: readonly ReturnedCall[];
  readonly #groups: readonly Group[];

  constructor(operations: readonly Operation[]) {
    const byCall = operations.toSorted((one, other) => one.calledAt - other.calledAt);
    this.#returned = byCall.flatMap(({ call, calledAt, outcome }) =>
      outcome.kind === 'ok' ? [{ call, calledAt, returnedAt: outcome.returnedAt, result: outcome.result }] : [],
    );
    const unknown = byCall.filter(({ outcome }) => outcome.kind === 'unknown');
    const groups = groupBy(unknown, ({ call }) => JSON.stringify(call));
    this.#groups = [...groups.values()].flatMap((members) =>
      members[0] === undefined ? [] : [{ call: members[0].call, calledAt: members.map(({ calledAt }) => calledAt) }],
    );
  }

  run(key: string, mostConfigurations: number): boolean {
    const seen = new Set<string>();
    const ahead: Configuration[] = [{ content: null, first: 0, beyond: [], used: this.#groups.map(() => 0) }];
    for (let current = ahead.pop(); current !== undefined; current = ahead.pop()) {
      if (current.first === this.#returned.length) return true;
      const name = JSON.stringify([current.content, current.first, current.beyond, current.used]);
      if (seen.has(name)) continue;
      if (seen.size >= mostConfigurations) throw new SearchLimitError(key, seen.size);
      seen.add(name);
      ahead.push(...this.#successors(current));
    }
    return false;
  }

  /** What may come next, the likeliest last. */
  #successors(current: Configuration): Configuration[] {
    const { open, until } = this.#openCalls(current);
    const steps: Configuration[] = [];
    for (const index of open) {
      const { call, result } = this.#returnedCall(index);
      const step = applyCall(current.content, call);
      if (step.result !== result) continue;
      const taken = this.#take(current, index, step.next);
      if (changesNothing(call, result)) return [taken];
      steps.push(taken);
    }
    return [...this.#unknownSteps(current, until), ...steps.reverse()];
  }

  /** The returned calls that may come next, the first to return first: none of the others had returned before it began. */
  #openCalls({ first, beyond }: Configuration): { readonly open: readonly number[]; readonly until: number } {
    const begun: number[] = [];
    let until = Infinity;
    for (let index = first; index < this.#returned.length; index += 1) {
      const { calledAt, returnedAt } = this.#returnedCall(index);
      if (calledAt > until) break;
      if (beyond.includes(index)) continue;
      begun.push(index);
      until = Math.min(until, returnedAt);
    }
    const open = begun.filter((index) => this.#returnedCall(index).calledAt <= until);
    return {
      open: open.sort((one, other) => this.#returnedCall(one).returnedAt - this.#returnedCall(other).returnedAt),
      until,
    };
  }

  /** One that would change nothing may as well never have taken place. */
  #unknownSteps(current: Configuration, until: number): Configuration[] {
    return this.#groups.flatMap(({ call, calledAt }, group) => {
      const used = current.used[group] ?? 0;
      const { next } = applyCall(current.content, call);
      if ((calledAt[used] ?? Infinity) > until || next === current.content) return [];
      return [{ ...current, content: next, used: current.used.with(group, used + 1) }];
    });
  }

  #take({ first, beyond, used }: Configuration, index: number, content: KeyContent): Configuration {
    if (index !== first) {
      return { content, first, beyond: [...beyond, index].sort((one, other) => one - other), used };
    }
    let next = first + 1;
    while (beyond.includes(next)) next += 1;
    return { content, first: next, beyond: beyond.filter((taken) => taken > next), used };
  }

  #returnedCall(index: number): ReturnedCall {
    const returned = this.#returned[index];
    if (returned === undefined) throw new RangeError(`There is no returned call ${index}.`);
    return returned;
  }
}
