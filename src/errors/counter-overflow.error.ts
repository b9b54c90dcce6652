import { FsmStorageError } from './fsm-storage.error.js';

/** A counter's total would leave ±(2^53 − 1); the counter is unchanged (rule CNT-4). */
export class CounterOverflowError extends FsmStorageError {
  readonly code = 'COUNTER_OVERFLOW';
}
