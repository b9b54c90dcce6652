import { FsmStorageError } from './fsm-storage.error.js';

/** A storage was used before `start` or after `stop` (rule LC-2). */
export class StorageNotStartedError extends FsmStorageError {
  readonly code = 'NOT_STARTED';
}
