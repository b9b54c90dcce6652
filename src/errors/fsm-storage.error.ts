import { ERROR_CODES, type ErrorCode } from './error-code.js';

/**
 * What every error of this package is (rule ER-1). `message` says what was expected, what came and how to mend it, and
 * never holds state data or a secret; `cause` keeps the error underneath.
 */
export abstract class FsmStorageError extends Error {
  /** Stable, for programs to branch on. */
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * Whether a caught value is one of this package's errors. Goes by `code`, so it also knows the errors of a second copy
 * of the package.
 */
export function isFsmStorageError(value: unknown): value is FsmStorageError {
  return value instanceof Error && 'code' in value && ERROR_CODES.some((code) => code === value.code);
}
