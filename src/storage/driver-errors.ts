import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import { type Outcome, StorageUnavailableError } from '../errors/backend-errors.js';

/** An error of this package passes; whatever else a driver throws becomes one (rules ER-1, ER-4). */
export function toStorageError(error: unknown, backend: string, operation: string, outcome: Outcome): Error {
  if (isFsmStorageError(error)) return error;
  return new StorageUnavailableError(
    `${operation}: the ${backend} driver failed with ${describeError(error)}; see the cause.`,
    { outcome, cause: error },
  );
}

/** The error's name and code only: a foreign message may hold state data or a password. Goes by shape, not by class. */
function describeError(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('name' in error)) return 'something that is no Error';
  return 'code' in error && typeof error.code === 'string' ? `${String(error.name)} ${error.code}` : String(error.name);
}
