import type { Clock } from '../contract/clock.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { describeName, describeValue } from './describe-value.js';

/** Unknown options that a message names. */
const MAX_UNKNOWN = 10;

/** Whether an option may be left out. */
export type Presence = 'optional' | 'required';

const NOT_SET = '; is the environment variable set?';

/**
 * Reads options by name and collects every problem, so that one error reports them all (rule ER-2). An option that is given
 * but never read is reported as unknown, because it is probably misspelled.
 */
export class OptionsReader {
  readonly #subject: string;
  readonly #options: ReadonlyMap<string, unknown>;
  readonly #isObject: boolean;
  /** What was expected of each option that was read. */
  readonly #read = new Map<string, string>();
  readonly #problems: string[] = [];

  /** @param subject - the start of the error message, e.g. `RedisStorage` */
  constructor(subject: string, options: unknown) {
    this.#subject = subject;
    const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
    if (!isObject) this.#problems.push(`options: expected an object, got ${describeValue(options)}`);
    this.#isObject = isObject;
    this.#options = new Map(isObject ? Object.entries(options) : []);
  }

  /** A non-empty string. */
  text(name: string, presence?: Presence): string | undefined {
    return this.value(name, 'a non-empty string', isNonEmptyString, presence);
  }

  /** One of a list of strings. */
  oneOf<T extends string>(name: string, values: readonly T[], presence?: Presence): T | undefined {
    const expected = values.map((value) => `'${value}'`).join(' | ');
    return this.value(name, expected, (value): value is T => values.some((allowed) => allowed === value), presence);
  }

  /** A whole number within a range. */
  integer(
    name: string,
    range: { readonly min: number; readonly max?: number },
    presence?: Presence,
  ): number | undefined {
    const { min, max = Number.MAX_SAFE_INTEGER } = range;
    const expected = range.max === undefined ? `from ${min}` : `from ${min} to ${max}`;
    const isInRange = (value: unknown): value is number =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
    return this.value(name, `a whole number ${expected}`, isInRange, presence);
  }

  /** A boolean. */
  flag(name: string, presence?: Presence): boolean | undefined {
    return this.value(name, 'true or false', isBoolean, presence);
  }

  /** A function; its parameters and result cannot be checked. */
  callback<T>(name: string, presence?: Presence): T | undefined {
    return this.value(name, 'a function', (value): value is T => typeof value === 'function', presence);
  }

  /** An object with a method `now`. */
  clock(name: string): Clock | undefined {
    return this.value(name, 'an object with now()', isClock);
  }

  /**
   * A value that a type guard accepts.
   * @returns undefined: the option is left out, or it is wrong and `finish` reports it
   */
  value<T>(
    name: string,
    expected: string,
    is: (value: unknown) => value is T,
    presence: Presence = 'optional',
  ): T | undefined {
    this.#read.set(name, expected);
    const value = this.#options.get(name);
    // Without an object, that is the one problem to report.
    const isOptional = presence === 'optional' || !this.#isObject;
    if (value === undefined ? isOptional : is(value)) return value as T | undefined;
    this.#problems.push(`${name}: expected ${expected}, got ${describeOption(value)}${this.#hintFor(name)}`);
    return undefined;
  }

  /** Whether an option is given, right or wrong. */
  has(name: string): boolean {
    if (!this.#read.has(name)) this.#read.set(name, 'a value');
    return this.#options.get(name) !== undefined;
  }

  /** Reports a problem unless exactly one of the options is given. */
  exactlyOneOf(names: readonly [string, ...string[]]): void {
    const given = names.filter((name) => this.has(name));
    if (given.length === 1) return;
    const unset = names.filter((name) => this.#hintFor(name) !== '');
    if (given.length === 0 && unset.length > 0) {
      for (const name of unset) this.problem(`${name}: expected ${this.#read.get(name)}, got undefined${NOT_SET}`);
      return;
    }
    const listed = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    this.problem(`${names[0]}: expected exactly one of ${listed}`);
  }

  /** An option that is named, but undefined or empty, is usually an environment variable that is not set. */
  #hintFor(name: string): string {
    const value = this.#options.get(name);
    return value === '' || (value === undefined && this.#options.has(name)) ? NOT_SET : '';
  }

  /** Adds a problem; its text starts with the name of the option. */
  problem(text: string): void {
    this.#problems.push(text);
  }

  /** Every problem found so far, unknown options included. */
  get problems(): readonly string[] {
    const known = [...this.#read.keys()].join(', ');
    const unknown = [...this.#options.keys()].filter((name) => !this.#read.has(name));
    const described = unknown
      .slice(0, MAX_UNKNOWN)
      .map((name) => `${describeName(name)}: unknown option, known are ${known}`);
    const left = unknown.length - described.length;
    return [...this.#problems, ...described, ...(left > 0 ? [`${left} more options are unknown`] : [])];
  }

  /** @throws InvalidOptionsError when anything is wrong */
  finish(): void {
    const { problems } = this;
    if (problems.length > 0) throw new InvalidOptionsError(this.#subject, problems);
  }
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isClock(value: unknown): value is Clock {
  return typeof value === 'object' && value !== null && 'now' in value && typeof value.now === 'function';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** Shows short plain texts, as they are probably typing errors. A text with a colon may be a URL with a password. */
function describeOption(value: unknown): string {
  const isPlainText = typeof value === 'string' && /^[\w .-]{1,64}$/.test(value);
  return isPlainText ? `'${value}'` : describeValue(value);
}
