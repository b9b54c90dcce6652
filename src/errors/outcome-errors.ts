import { FsmStorageError } from './fsm-storage.error.js';

/** What is stored is not a state or counter: foreign or damaged. It can be overwritten and deleted (rule ST-4). */
export class CorruptStateError extends FsmStorageError {
  readonly code = 'CORRUPT_STATE';
}

/** A counter's total would leave ±(2^53 − 1); the counter is unchanged (rule CNT-4). */
export class CounterOverflowError extends FsmStorageError {
  readonly code = 'COUNTER_OVERFLOW';
}

/** `update` lost every one of its attempts to other writers; nothing was written (rule CAS-5). */
export class ContentionError extends FsmStorageError {
  readonly code = 'CONTENTION';
}
