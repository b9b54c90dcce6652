import { FsmStorageError } from './fsm-storage.error.js';
import { sharedClass } from './shared-class.js';

/** The stored value is not a state or counter: another program wrote it, or it is damaged. It can be overwritten and deleted (rule ST-4). */
@sharedClass('CorruptStateError')
export class CorruptStateError extends FsmStorageError {
  readonly code = 'CORRUPT_STATE';
}

interface EntryKey {
  readonly namespace: string;
  readonly kind: 'state' | 'counter';
  readonly identifier: string;
}

/**
 * The error for a stored value that is not what it should be (rule ST-4). Contains the key, never the value.
 * @param expected - what it should be, e.g. `UTF-8`
 */
export function corruptEntry({ namespace, kind, identifier }: EntryKey, expected: string): CorruptStateError {
  const remedy =
    kind === 'state' ? 'Overwrite it with setState or remove it with deleteState' : 'Remove it with deleteCounter';
  return new CorruptStateError(
    `What is stored for the ${kind} ${JSON.stringify(identifier)} in namespace "${namespace}" is not ${expected}: it is ` +
      `damaged or another program wrote it. ${remedy}.`,
  );
}

/** A counter's total would leave ±(2^53 − 1); the counter is unchanged (rule CNT-4). */
@sharedClass('CounterOverflowError')
export class CounterOverflowError extends FsmStorageError {
  readonly code = 'COUNTER_OVERFLOW';
}

/** Every attempt of `update` lost to another writer; nothing was written (rule CAS-5). */
@sharedClass('ContentionError')
export class ContentionError extends FsmStorageError {
  readonly code = 'CONTENTION';
}
