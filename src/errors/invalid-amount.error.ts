import { FsmStorageError } from './fsm-storage.error.js';

/** An increment's amount is not a safe integer (rule CNT-4). Nothing was touched. */
export class InvalidAmountError extends FsmStorageError {
  readonly code = 'INVALID_AMOUNT';
}
