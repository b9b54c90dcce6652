import { FsmStorageError } from './fsm-storage.error.js';

/** A glob has an unclosed bracket or a trailing backslash (rule LS-2). */
export class InvalidPatternError extends FsmStorageError {
  readonly code = 'INVALID_PATTERN';
}
