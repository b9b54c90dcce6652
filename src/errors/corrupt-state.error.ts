import { FsmStorageError } from './fsm-storage.error.js';

/** What is stored is not a state or counter: foreign or damaged. It can be overwritten and deleted (rule ST-4). */
export class CorruptStateError extends FsmStorageError {
  readonly code = 'CORRUPT_STATE';
}
