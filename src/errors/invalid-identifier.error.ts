import { FsmStorageError } from './fsm-storage.error.js';

/** An identifier breaks rule ID-1. Nothing was touched. */
export class InvalidIdentifierError extends FsmStorageError {
  readonly code = 'INVALID_IDENTIFIER';
}
