import { FsmStorageError } from './fsm-storage.error.js';

/** Whether a failed call changed anything: certainly not, or nobody can tell because the reply was lost. */
export type Outcome = 'not-applied' | 'unknown';

/** What the errors of a backend share: whether the call may have been applied (rule ER-4). */
export abstract class BackendError extends FsmStorageError {
  /** `unknown`: read the state before you try again. */
  readonly outcome: Outcome;

  constructor(message: string, options: { readonly outcome: Outcome; readonly cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.outcome = options.outcome;
  }
}
