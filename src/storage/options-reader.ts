import { InvalidOptionsError } from '../errors/invalid-options.error.js';
import { describeValue } from '../rules/describe-value.js';

/**
 * Reads an options object by name and collects what is wrong with it, so that one error tells all problems at once
 * (rule ER-2). An option that nobody asked for is a problem too: it is misspelled.
 */
export class OptionsReader {
  readonly #subject: string;
  readonly #options: ReadonlyMap<string, unknown>;
  readonly #read = new Set<string>();
  readonly #problems: string[] = [];

  /** @param subject - what the error names first, e.g. `RedisStorage` */
  constructor(subject: string, options: unknown) {
    this.#subject = subject;
    const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
    if (!isObject) this.#problems.push(`options: expected an object, got ${describeValue(options)}`);
    this.#options = new Map(isObject ? Object.entries(options) : []);
  }

  /** A non-empty string. */
  text(name: string): string | undefined {
    return this.object(
      name,
      'a non-empty string',
      (value): value is string => typeof value === 'string' && value !== '',
    );
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const expected = values.map((value) => `'${value}'`).join(' | ');
    return this.object(name, expected, (value): value is T => values.some((allowed) => allowed === value));
  }

  integer(name: string, range: { readonly min: number; readonly max?: number }): number | undefined {
    const max = range.max ?? Number.MAX_SAFE_INTEGER;
    const expected = range.max === undefined ? `from ${range.min}` : `from ${range.min} to ${range.max}`;
    return this.object(name, `a whole number ${expected}`, (value): value is number => {
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= max;
    });
  }

  flag(name: string): boolean | undefined {
    return this.object(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  /** Anything a guard can tell; undefined where the option is left out or wrong. */
  object<T>(name: string, expected: string, is: (value: unknown) => value is T): T | undefined {
    this.#read.add(name);
    const value = this.#options.get(name);
    if (value === undefined || is(value)) return value;
    this.#problems.push(`${name}: expected ${expected}, got ${describeOption(value)}`);
    return undefined;
  }

  /** Whether an option is there, right or wrong. */
  has(name: string): boolean {
    this.#read.add(name);
    return this.#options.get(name) !== undefined;
  }

  /** For options that exclude each other and of which one is needed. */
  exactlyOneOf(names: readonly [string, ...string[]]): void {
    if (names.filter((name) => this.has(name)).length === 1) return;
    const listed = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    this.problem(`${names[0]}: expected exactly one of ${listed}`);
  }

  /** Adds a problem that spans several options; the text begins with the name of the first. */
  problem(text: string): void {
    this.#problems.push(text);
  }

  /** @throws InvalidOptionsError when anything was wrong */
  finish(): void {
    const unknown = [...this.#options.keys()].filter((name) => !this.#read.has(name));
    const known = [...this.#read].join(', ');
    const problems = [...this.#problems, ...unknown.map((name) => `${name}: unknown option, known are ${known}`)];
    if (problems.length > 0) throw new InvalidOptionsError(this.#subject, problems);
  }
}

/** Short plain texts are told as they are: they are typing errors. Anything with a colon may be a URL with a password. */
function describeOption(value: unknown): string {
  const isPlainText = typeof value === 'string' && /^[\w .-]{1,64}$/.test(value);
  return isPlainText ? `'${value}'` : describeValue(value);
}
