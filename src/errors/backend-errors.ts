import { FsmStorageError, isFsmStorageError } from './fsm-storage.error.js';
import { sharedClass } from './shared-class.js';

/** Whether a call only reads. */
export type Effect = 'read' | 'write';

/** Whether a failed call changed anything: `not-applied`: certainly not; `unknown`: the reply was lost, so it may have. */
export type Outcome = 'not-applied' | 'unknown';

/** The outcome of a failed call when nothing else is known about the failure (rule ER-4). */
export function outcomeOf(effect: Effect): Outcome {
  return effect === 'read' ? 'not-applied' : 'unknown';
}

/**
 * The scope of a failure. `backend`: other calls are likely to fail too; `command`: the server responds, but rejects calls of
 * this kind, such as writes to a server that is read-only, has a full disk or gives the user no right to write; `call`: only
 * this call fails, such as one that waited behind too many writes of the same key, or whose state is larger than the server
 * accepts.
 */
export type FailureScope = 'backend' | 'command' | 'call';

/** The constructor argument of {@link BackendError}. */
export interface BackendErrorDetails {
  readonly outcome: Outcome;
  /** @defaultValue backend */
  readonly scope?: FailureScope;
  /** @defaultValue false */
  readonly isPermanent?: boolean;
  readonly cause?: unknown;
}

/** The base class of errors of a backend; they have an `outcome` (rule ER-4). */
@sharedClass('BackendError')
export abstract class BackendError extends FsmStorageError {
  /** Whether the call changed anything. `unknown`: read the state before you try again. */
  readonly outcome: Outcome;
  /** Which other calls are likely to fail too. A circuit breaker counts failures with the scope `backend` only. */
  readonly scope: FailureScope;
  /**
   * Whether waiting cannot help: a password is wrong, or a database, a path or a right is missing. A start that fails with
   * such an error is not tried again.
   */
  readonly isPermanent: boolean;

  constructor(message: string, details: BackendErrorDetails) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.outcome = details.outcome;
    this.scope = details.scope ?? 'backend';
    this.isPermanent = details.isPermanent ?? false;
  }
}

/** Whether a caught value is a `BackendError`; also recognizes those of a second copy of the package. */
export function isBackendError(error: unknown): error is BackendError {
  return isFsmStorageError(error) && 'outcome' in error;
}

/**
 * Whether an error means that the backend failed, rather than that it rejected a call. An error that is not ours comes
 * from a client or a custom storage that failed.
 */
export function isFailureOfBackend(error: unknown): boolean {
  return !isFsmStorageError(error) || isBackendError(error);
}

/**
 * The scope of a caught failure; also recognizes errors of a second copy of the package. An error that is not ours comes
 * from a client or a custom storage that failed.
 */
export function scopeOf(error: unknown): FailureScope {
  return isBackendError(error) ? error.scope : 'backend';
}

/** The backend failed: it is down, it rejected the call, or the connection broke (rule ER-4). */
@sharedClass('StorageUnavailableError')
export class StorageUnavailableError extends BackendError {
  readonly code = 'UNAVAILABLE';
}

/** The backend did not respond in time (rule ER-4). */
@sharedClass('StorageTimeoutError')
export class StorageTimeoutError extends BackendError {
  readonly code = 'TIMEOUT';
}

/** The circuit breaker rejected the call without calling the backend; the outcome is always `not-applied` (rule ER-4). */
@sharedClass('CircuitOpenError')
export class CircuitOpenError extends BackendError {
  readonly code = 'CIRCUIT_OPEN';
  /** Milliseconds until the breaker lets a probe through. */
  readonly retryAfterMs: number;

  constructor(message: string, options: { readonly retryAfterMs: number; readonly cause?: unknown }) {
    super(message, { outcome: 'not-applied', ...('cause' in options ? { cause: options.cause } : {}) });
    this.retryAfterMs = options.retryAfterMs;
  }
}
