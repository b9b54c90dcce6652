import { FsmStorageError } from './fsm-storage.error.js';

/** `update` lost every one of its attempts to other writers; nothing was written (rule CAS-5). */
export class ContentionError extends FsmStorageError {
  readonly code = 'CONTENTION';
}
