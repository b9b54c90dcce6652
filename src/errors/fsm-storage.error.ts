import { toPrintable } from './printable.js';
import { sharedClass } from './shared-class.js';

/** Every `code` of an `FsmStorageError` (rules ER-2 to ER-4). */
export const ERROR_CODES = [
  'INVALID_IDENTIFIER',
  'INVALID_STATE',
  'STATE_TOO_LARGE',
  'INVALID_TTL',
  'INVALID_AMOUNT',
  'INVALID_PATTERN',
  'INVALID_OPTIONS',
  'NOT_STARTED',
  'MISSING_DEPENDENCY',
  'CORRUPT_STATE',
  'COUNTER_OVERFLOW',
  'CONTENTION',
  'UNAVAILABLE',
  'TIMEOUT',
  'CIRCUIT_OPEN',
] as const;

/** One of the codes of `ERROR_CODES`. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The same in every copy of the package that an app may hold. */
const BRAND = Symbol.for('nestjs-fsm-storage.error');

/**
 * The base class of every error of this package (rule ER-1). `message` says what was expected, what was received and how to
 * fix it, on one line of at most 4,000 characters, and never contains state data or a secret; `cause` is the original error.
 */
@sharedClass('FsmStorageError')
export abstract class FsmStorageError extends Error {
  /** Marks the errors of every copy of this package. */
  readonly [BRAND] = true;

  /** Stable: programs can branch on it. */
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(toPrintable(message), options);
    this.name = new.target.name;
  }
}

/** Whether a caught value is one of this package's errors; also recognizes those of a second copy of the package. */
export function isFsmStorageError(value: unknown): value is FsmStorageError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
