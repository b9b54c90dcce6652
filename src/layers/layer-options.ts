import { MAX_TIMER_MS } from '../contract/time-limit.js';
import { InvalidOptionsError } from '../errors/invalid-options.error.js';

/** What an option of a layer must be. */
interface Requirement {
  /** Said after `expected`. */
  readonly expected: string;
  readonly is: (value: unknown) => boolean;
}

export const COUNT: Requirement = {
  expected: 'a whole number from 1',
  is: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
};

export const MILLISECONDS: Requirement = {
  expected: `a whole number of milliseconds from 1 to ${MAX_TIMER_MS}`,
  is: (value) => COUNT.is(value) && Number(value) <= MAX_TIMER_MS,
};

export const FLAG: Requirement = { expected: 'true or false', is: (value) => typeof value === 'boolean' };

export const HANDLER: Requirement = { expected: 'a function', is: (value) => typeof value === 'function' };

export const CLOCK: Requirement = {
  expected: 'an object with now()',
  is: (value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'now') === 'function',
};

/** An option that may be left out. */
export function optional({ expected, is }: Requirement): Requirement {
  return { expected, is: (value) => value === undefined || is(value) };
}

/**
 * Checks what came from outside, before a layer is made.
 * @param subject - what the error names first, e.g. `timeout`
 * @throws InvalidOptionsError telling every problem at once, misspelled options included
 */
export function assertLayerOptions<Options extends object>(
  subject: string,
  options: Options,
  requirements: { readonly [Name in keyof Required<Options>]: Requirement },
): void {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidOptionsError(subject, [`options: expected an object, got ${describeOption(given)}`]);
  }
  const required = Object.entries<Requirement>(requirements);
  const known = required.map(([name]) => name);
  const wrong = required.filter(([name, { is }]) => !is(Reflect.get(given, name)));
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const problems = [
    ...wrong.map(([name, { expected }]) => `${name}: expected ${expected}, got ${describeOption(given, name)}`),
    ...unknown.map((name) => `${name}: unknown option, known are ${known.join(', ')}`),
  ];
  if (problems.length > 0) throw new InvalidOptionsError(subject, problems);
}

function describeOption(given: unknown, name?: string): string {
  const value: unknown =
    name === undefined || typeof given !== 'object' || given === null ? given : Reflect.get(given, name);
  if (value === null || value === undefined) return String(value);
  return typeof value === 'number' ? `the number ${value}` : `a value of type ${typeof value}`;
}
