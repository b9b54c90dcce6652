import { FsmStorageError } from './fsm-storage.error.js';

/** A state is not a plain JSON object (rule ST-2). Nothing was touched. */
export class InvalidStateError extends FsmStorageError {
  readonly code = 'INVALID_STATE';
  /** Where the fault is, e.g. `state.data.when`. */
  readonly path: string;

  constructor(path: string, problem: string, options?: { readonly cause?: unknown }) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}
