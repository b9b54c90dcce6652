// The rules for the arguments of operations: each function checks one argument or converts it for the driver.
import type { IncrementOptions, Ttl, UpdateOptions } from '../contract/operation-options.js';
import type { Clock } from '../contract/clock.js';
import type { Expiry, WriteExpiry } from '../contract/storage-driver.js';
import {
  InvalidAmountError,
  InvalidIdentifierError,
  InvalidOptionsError,
  InvalidTtlError,
} from '../errors/usage-errors.js';
import { describeName, describeValue } from '../toolkit/describe-value.js';

const NAMESPACE = /^[A-Za-z0-9._-]{1,64}$/;

/** What a namespace may be, as error text. */
export const NAMESPACE_EXPECTED = '1 to 64 characters of A-Z a-z 0-9 . _ -';

/** Whether a value is a valid namespace (rule NS-1). */
export function isNamespace(value: unknown): value is string {
  return typeof value === 'string' && NAMESPACE.test(value);
}

/** The longest identifier, in UTF-8 bytes: every backend can index it. */
export const MAX_IDENTIFIER_BYTES = 512;

/** Rejects an invalid identifier (rule ID-1). */
export function assertIdentifier(identifier: unknown): asserts identifier is string {
  const problem = identifierProblem(identifier);
  if (problem !== undefined) {
    throw new InvalidIdentifierError(`identifier: expected a well-formed, non-empty string, but ${problem}.`);
  }
}

/** Whether a name that was read from a backend is a valid identifier: a shared server may hold keys of other programs. */
export function isIdentifier(identifier: unknown): identifier is string {
  return identifierProblem(identifier) === undefined;
}

function identifierProblem(identifier: unknown): string | undefined {
  if (typeof identifier !== 'string') return `got ${describeValue(identifier)}`;
  if (identifier.length === 0) return 'it is empty';
  // Before any character is read: a text from outside may be huge.
  if (identifier.length > MAX_IDENTIFIER_BYTES) return describeLength(Buffer.byteLength(identifier));
  if (!identifier.isWellFormed()) return 'it holds a lone surrogate';
  if (identifier.includes('\0')) return 'it holds U+0000';
  // A UTF-16 unit takes at most three bytes, so most identifiers need no counting.
  if (identifier.length * 3 <= MAX_IDENTIFIER_BYTES) return undefined;
  const bytes = Buffer.byteLength(identifier);
  return bytes > MAX_IDENTIFIER_BYTES ? describeLength(bytes) : undefined;
}

function describeLength(bytes: number): string {
  return `it has ${bytes} UTF-8 bytes and ${MAX_IDENTIFIER_BYTES} are allowed`;
}

export function assertIdentifierList(identifiers: unknown): asserts identifiers is readonly unknown[] {
  if (!Array.isArray(identifiers)) {
    throw new InvalidIdentifierError(`identifiers: expected an array of strings, got ${describeValue(identifiers)}.`);
  }
}

/** Rejects an amount that a counter cannot be changed by (rule CNT-4). */
export function assertAmount(amount: unknown): asserts amount is number {
  if (!Number.isSafeInteger(amount)) {
    throw new InvalidAmountError(`amount: expected a safe integer, got ${describeValue(amount)}.`);
  }
}

/** The longest ttl: 100 years, in seconds. */
export const MAX_TTL_SECONDS = 100 * 365.25 * 24 * 60 * 60;

/** What a ttl may be, as error text. */
export const TTL_EXPECTED = 'seconds from 0 (never expires) to 100 years';

/** Whether a value is a valid ttl in seconds (rule TTL-1). */
export function isTtlSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_TTL_SECONDS;
}

/** The deadline of a state that is written (rules TTL-1, TTL-6). */
export function resolveStateExpiry(ttl: Ttl | undefined, defaultTtl: number, clock: Clock): WriteExpiry {
  if (ttl === 'keep') return toExpiry(defaultTtl, clock, 'keep');
  if (ttl === undefined) return toExpiry(defaultTtl, clock, 'replace');
  assertTtlSeconds(ttl, `${TTL_EXPECTED}, or 'keep'`);
  return toExpiry(ttl, clock, 'replace');
}

/** The deadline of a counter that is incremented (rule CNT-3). */
export function resolveCounterExpiry(
  ttl: number | undefined,
  refresh: boolean,
  defaultTtl: number,
  clock: Clock,
): WriteExpiry {
  if (ttl === undefined) return toExpiry(defaultTtl, clock, 'keep');
  assertTtlSeconds(ttl, TTL_EXPECTED);
  return toExpiry(ttl, clock, refresh ? 'replace' : 'keep');
}

/** The deadline that is this many seconds from now. */
export function resolveExpiry(ttl: number, clock: Clock): Expiry {
  assertTtlSeconds(ttl, TTL_EXPECTED);
  return toExpiry(ttl, clock, 'replace');
}

function assertTtlSeconds(ttl: unknown, expected: string): asserts ttl is number {
  if (!isTtlSeconds(ttl)) throw new InvalidTtlError(`ttl: expected ${expected}, got ${describeValue(ttl)}.`);
}

function toExpiry(ttlSeconds: number, clock: Clock, onLive: WriteExpiry['onLive']): WriteExpiry {
  if (ttlSeconds === 0) return { ttlMs: null, expiresAt: null, onLive };
  const ttlMs = Math.max(1, Math.round(ttlSeconds * 1000));
  return { ttlMs, expiresAt: Math.floor(clock.now()) + ttlMs, onLive };
}

const DEFAULT_ATTEMPTS = 100;

/** The options that each operation knows. Ignoring a misspelled one could silently lose a deadline. */
const OPTION_NAMES = {
  setState: ['ttl'],
  compareAndSet: ['ttl', 'expected'],
  increment: ['ttl', 'refresh'],
  update: ['ttl', 'attempts'],
} as const;

/** The options of a call: an object without unknown names, or left out. */
export function readOptions<T extends object>(
  operation: keyof typeof OPTION_NAMES,
  options: T | undefined,
): Partial<T> {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    rejectOption(operation, `options: expected an object, got ${describeValue(options)}`);
  }
  const known: readonly string[] = OPTION_NAMES[operation];
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      rejectOption(operation, `${describeName(name)}: unknown option, known are ${known.join(', ')}`);
  }
  return options;
}

export function readIncrementOptions(options: IncrementOptions | undefined): {
  ttl: number | undefined;
  refresh: boolean;
} {
  const { ttl, refresh = true } = readOptions('increment', options);
  if (typeof refresh !== 'boolean') {
    rejectOption('increment', `refresh: expected true or false, got ${describeValue(refresh)}`);
  }
  return { ttl, refresh };
}

/** By default, an update keeps the deadline (rule TTL-6). */
export function readUpdateOptions(options: UpdateOptions | undefined): { ttl: Ttl; attempts: number } {
  const { ttl = 'keep', attempts = DEFAULT_ATTEMPTS } = readOptions('update', options);
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    rejectOption('update', `attempts: expected a whole number from 1, got ${describeValue(attempts)}`);
  }
  return { ttl, attempts };
}

export function assertChange(change: unknown): void {
  if (typeof change !== 'function') {
    rejectOption('update', `change: expected a function, got ${describeValue(change)}`);
  }
}

function rejectOption(operation: string, problem: string): never {
  throw new InvalidOptionsError(operation, [problem]);
}
