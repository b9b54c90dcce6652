import { FsmStorageError } from './fsm-storage.error.js';

/** A state's canonical JSON is larger than `maxStateBytes` (rule ST-3). Nothing was touched. */
export class StateTooLargeError extends FsmStorageError {
  readonly code = 'STATE_TOO_LARGE';
}
