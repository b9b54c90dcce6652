import { FsmStorageError } from './fsm-storage.error.js';

/** The stored value is not a state or counter: another program wrote it, or it is damaged. It can be overwritten and deleted (rule ST-4). */
export class CorruptStateError extends FsmStorageError {
  readonly code = 'CORRUPT_STATE';
}

/** A counter's total would leave ±(2^53 − 1); the counter is unchanged (rule CNT-4). */
export class CounterOverflowError extends FsmStorageError {
  readonly code = 'COUNTER_OVERFLOW';
}

/** Every attempt of `update` lost to another writer; nothing was written (rule CAS-5). */
export class ContentionError extends FsmStorageError {
  readonly code = 'CONTENTION';
}
