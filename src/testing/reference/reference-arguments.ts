import type { Ttl } from '../../contract/operation-options.js';
import {
  InvalidAmountError,
  InvalidIdentifierError,
  InvalidOptionsError,
  InvalidTtlError,
} from '../../errors/usage-errors.js';
import type { StorageOptions } from '../../storage/storage-options.js';

const HUNDRED_YEARS_SECONDS = 100 * 365.25 * 24 * 60 * 60;

/** Rule ID-1. */
export function assertReferenceIdentifier(identifier: unknown): asserts identifier is string {
  const isIdentifier =
    typeof identifier === 'string' &&
    identifier !== '' &&
    identifier.isWellFormed() &&
    !identifier.includes('\0') &&
    new TextEncoder().encode(identifier).length <= 512;
  if (!isIdentifier) throw new InvalidIdentifierError('expected a well-formed string of 1 to 512 bytes without U+0000');
}

/** Rule TTL-1, without `'keep'`. */
export function assertReferenceSeconds(ttl: unknown): asserts ttl is number {
  const isSeconds = typeof ttl === 'number' && ttl >= 0 && ttl <= HUNDRED_YEARS_SECONDS;
  if (!isSeconds) throw new InvalidTtlError('expected a number of seconds from 0 to 100 years');
}

/** Rule TTL-1. */
export function assertReferenceTtl(ttl: unknown): asserts ttl is Ttl {
  if (ttl !== 'keep') assertReferenceSeconds(ttl);
}

/** Rule CNT-4. */
export function assertReferenceAmount(amount: unknown): asserts amount is number {
  if (!Number.isSafeInteger(amount)) throw new InvalidAmountError('expected a safe integer');
}

const OPTION_CHECKS: Readonly<Record<keyof StorageOptions, (value: unknown) => boolean>> = {
  namespace: isNamespace,
  defaultTtl: (value) => typeof value === 'number' && value >= 0 && value <= HUNDRED_YEARS_SECONDS,
  maxStateBytes: isPositiveInteger,
  healthTimeout: isPositiveInteger,
  sweepInterval: isPositiveInteger,
  clock: (value) => typeof value === 'object' && value !== null && 'now' in value,
  layers: (value) => Array.isArray(value),
  onBackgroundError: (value) => typeof value === 'function',
};

/** Rule ID-1, for the array that getStates takes. */
export function assertReferenceIdentifiers(identifiers: unknown): asserts identifiers is readonly string[] {
  if (!Array.isArray(identifiers)) throw new InvalidIdentifierError('expected an array');
  for (const identifier of identifiers) assertReferenceIdentifier(identifier);
}

/** Rule CAS-5: the arguments of update besides the identifier and the ttl. */
export function assertReferenceUpdate(change: unknown, attempts: unknown): void {
  if (typeof change !== 'function') throw new InvalidOptionsError('update', ['change: expected a function']);
  if (!Number.isSafeInteger(attempts) || Number(attempts) < 1) {
    throw new InvalidOptionsError('update', ['attempts: expected a whole number from 1']);
  }
}

/** Rule CNT-3. */
export function assertReferenceRefresh(refresh: unknown): void {
  if (typeof refresh !== 'boolean') throw new InvalidOptionsError('increment', ['refresh: expected true or false']);
}

/** Rule NS-1. */
export function assertReferenceNamespace(namespace: unknown): asserts namespace is string {
  if (!isNamespace(namespace)) throw new InvalidOptionsError('withNamespace', ['namespace: not a namespace']);
}

/** Rule ER-2: reports all problems at once. */
export function assertReferenceOptions(options: StorageOptions): void {
  const checks = new Map<string, (value: unknown) => boolean>(Object.entries(OPTION_CHECKS));
  const problems = Object.entries(options)
    .filter(([name, value]) => value !== undefined && checks.get(name)?.(value) !== true)
    .map(([name]) => `${name} is unknown or has a wrong value`);
  if (problems.length > 0) throw new InvalidOptionsError('ReferenceStorage', problems);
}

function isNamespace(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value);
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/**
 * Returns the result of an update's change. If it is a promise, which update rejects, its rejection is ignored: no
 * other code handles it.
 */
export function ignoreRejection<T>(result: T): T {
  Promise.resolve(result).catch(() => {});
  return result;
}
