import { FsmStorageError, isFsmStorageError } from './fsm-storage.error.js';

/** Whether a failed call changed anything: certainly not, or nobody can tell because the reply was lost. */
export type Outcome = 'not-applied' | 'unknown';

/**
 * What a failure tells about: `backend`: others are likely to fail as well; `call`: this call alone, such as one that
 * waited behind too many of the same key, or whose state is larger than the server takes.
 */
export type FailureScope = 'backend' | 'call';

/** What the errors of a backend are made with. */
export interface BackendErrorDetails {
  readonly outcome: Outcome;
  /** @defaultValue backend */
  readonly scope?: FailureScope;
  readonly cause?: unknown;
}

/** What the errors of a backend share: whether the call may have been applied (rule ER-4). */
export abstract class BackendError extends FsmStorageError {
  /** `unknown`: read the state before you try again. */
  readonly outcome: Outcome;
  /** `call`: it says nothing about the backend, so a circuit breaker does not count it. */
  readonly scope: FailureScope;

  constructor(message: string, details: BackendErrorDetails) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.outcome = details.outcome;
    this.scope = details.scope ?? 'backend';
  }
}

/**
 * Whether an error tells that a backend failed, not what it answered. What is not ours comes from a client or a custom
 * storage that failed.
 */
export function isFailureOfBackend(error: unknown): boolean {
  if (!isFsmStorageError(error)) return true;
  return error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT' || error.code === 'CIRCUIT_OPEN';
}

/** Whether a failure of a backend concerns one call alone; also knows errors of a second copy of the package. */
export function concernsOneCall(error: unknown): boolean {
  return isFsmStorageError(error) && 'scope' in error && error.scope === 'call';
}
