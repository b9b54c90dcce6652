import { groupBy } from './group-by.js';
import type { Call, Operation } from './operation.js';
import { changesNothing, type Content, perform, type Step } from './sequential-key.js';
import { forgetUnreadValues } from './unread-values.js';

/** How many configurations of one key are looked at before the search is given up. */
const MOST_CONFIGURATIONS = 1_000_000;

/** The search took too long: the history is neither accepted nor refuted. */
export class SearchGivenUpError extends Error {
  constructor(key: string, looked: number) {
    super(
      `${key}: no decision after ${looked} configurations, which is no acceptance. ` +
        'Record fewer calls, or fewer that end unknown, on one key; or raise the bound.',
    );
    this.name = new.target.name;
  }
}

/** A call that was answered. */
interface Answered {
  readonly call: Call;
  readonly calledAt: number;
  readonly returnedAt: number;
  readonly answer: Step['answer'];
}

/** What may or may not have taken place: calls that do the same, in the order they were made. */
interface Group {
  readonly call: Call;
  readonly calledAt: readonly number[];
}

/** What took place so far in one try to put the calls in a row, and what the key holds then. */
interface Configuration {
  readonly content: Content;
  /** All answered calls before this one took place, it did not. */
  readonly first: number;
  /** Those behind `first` that took place, ascending. */
  readonly beyond: readonly number[];
  /** How many of each group took place. */
  readonly used: readonly number[];
}

/**
 * Whether the calls on one key can be put in a row, each at a moment between its call and its return, so that every
 * answer is the one that a key without concurrency gives. By locality a history is linearizable if each of its keys is.
 *
 * Sources: J. M. Wing, C. Gong, "Testing and Verifying Concurrent Objects", Journal of Parallel and Distributed
 * Computing 17 (1993), for the search; G. Lowe, "Testing for linearizability", Concurrency and Computation 29 (2017),
 * for remembering configurations. Three things of our own keep it small, and lose nothing:
 * - an answered call that fits now and by its answer changes nothing is taken at once, without another way being tried;
 * - of calls whose outcome is unknown and that do the same, the earliest is taken first;
 * - values that nobody ever asks for are one value.
 *
 * @throws SearchGivenUpError after `mostConfigurations`
 */
export function isLinearizable(operations: readonly Operation[], mostConfigurations = MOST_CONFIGURATIONS): boolean {
  return new Search(forgetUnreadValues(operations)).run(operations[0]?.key ?? '', mostConfigurations);
}

class Search {
  readonly #answered: readonly Answered[];
  readonly #groups: readonly Group[];

  constructor(operations: readonly Operation[]) {
    const byCall = operations.toSorted((one, other) => one.calledAt - other.calledAt);
    this.#answered = byCall.flatMap(({ call, calledAt, outcome }) =>
      outcome.kind === 'ok' ? [{ call, calledAt, returnedAt: outcome.returnedAt, answer: outcome.answer }] : [],
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
      if (current.first === this.#answered.length) return true;
      const name = JSON.stringify([current.content, current.first, current.beyond, current.used]);
      if (seen.has(name)) continue;
      if (seen.size >= mostConfigurations) throw new SearchGivenUpError(key, seen.size);
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
      const { call, answer } = this.#answerOf(index);
      const step = perform(current.content, call);
      if (step.answer !== answer) continue;
      const taken = this.#take(current, index, step.next);
      if (changesNothing(call, answer)) return [taken];
      steps.push(taken);
    }
    return [...this.#unknownSteps(current, until), ...steps.reverse()];
  }

  /** The answered calls that may come next, the first to return first: none of the others had returned before it began. */
  #openCalls({ first, beyond }: Configuration): { readonly open: readonly number[]; readonly until: number } {
    const begun: number[] = [];
    let until = Infinity;
    for (let index = first; index < this.#answered.length; index += 1) {
      const { calledAt, returnedAt } = this.#answerOf(index);
      if (calledAt > until) break;
      if (beyond.includes(index)) continue;
      begun.push(index);
      until = Math.min(until, returnedAt);
    }
    const open = begun.filter((index) => this.#answerOf(index).calledAt <= until);
    return {
      open: open.sort((one, other) => this.#answerOf(one).returnedAt - this.#answerOf(other).returnedAt),
      until,
    };
  }

  /** One that would change nothing may as well never have taken place. */
  #unknownSteps(current: Configuration, until: number): Configuration[] {
    return this.#groups.flatMap(({ call, calledAt }, group) => {
      const used = current.used[group] ?? 0;
      const { next } = perform(current.content, call);
      if ((calledAt[used] ?? Infinity) > until || next === current.content) return [];
      return [{ ...current, content: next, used: current.used.with(group, used + 1) }];
    });
  }

  #take({ first, beyond, used }: Configuration, index: number, content: Content): Configuration {
    if (index !== first) {
      return { content, first, beyond: [...beyond, index].sort((one, other) => one - other), used };
    }
    let next = first + 1;
    while (beyond.includes(next)) next += 1;
    return { content, first: next, beyond: beyond.filter((taken) => taken > next), used };
  }

  #answerOf(index: number): Answered {
    const answered = this.#answered[index];
    if (answered === undefined) throw new RangeError(`There is no answered call ${index}.`);
    return answered;
  }
}
