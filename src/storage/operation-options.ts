import type { IncrementOptions, Ttl, UpdateOptions } from '../contract/base-storage.js';
import { InvalidIdentifierError, InvalidOptionsError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';

const DEFAULT_ATTEMPTS = 100;

/** The options that each operation knows. A misspelled one would lose a deadline without a word. */
const OPTION_NAMES = {
  setState: ['ttl'],
  compareAndSet: ['ttl', 'expected'],
  increment: ['ttl', 'refresh'],
  update: ['ttl', 'attempts'],
} as const;

/** A call's options, which may be left out but not be something else. */
export function readOptions<T extends object>(
  operation: keyof typeof OPTION_NAMES,
  options: T | undefined,
): Partial<T> {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    refuseOption(operation, `options: expected an object, got ${describeValue(options)}`);
  }
  const known: readonly string[] = OPTION_NAMES[operation];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) refuseOption(operation, `${name}: unknown option, known are ${known.join(', ')}`);
  }
  return options;
}

export function readIncrementOptions(options: IncrementOptions | undefined): {
  ttl: number | undefined;
  refresh: boolean;
} {
  const { ttl, refresh = true } = readOptions('increment', options);
  if (typeof refresh !== 'boolean') {
    refuseOption('increment', `refresh: expected true or false, got ${describeValue(refresh)}`);
  }
  return { ttl, refresh };
}

/** The options of an update, which keeps the deadline unless told otherwise (rule TTL-6). */
export function readUpdateOptions(options: UpdateOptions | undefined): { ttl: Ttl; attempts: number } {
  const { ttl = 'keep', attempts = DEFAULT_ATTEMPTS } = readOptions('update', options);
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    refuseOption('update', `attempts: expected a whole number from 1, got ${describeValue(attempts)}`);
  }
  return { ttl, attempts };
}

export function assertChange(change: unknown): void {
  if (typeof change !== 'function') {
    refuseOption('update', `change: expected a function, got ${describeValue(change)}`);
  }
}

export function assertIdentifierList(identifiers: unknown): asserts identifiers is readonly unknown[] {
  if (!Array.isArray(identifiers)) {
    throw new InvalidIdentifierError(`identifiers: expected an array of strings, got ${describeValue(identifiers)}.`);
  }
}

function refuseOption(operation: string, problem: string): never {
  throw new InvalidOptionsError(operation, [problem]);
}
