import { FsmStorageError } from './fsm-storage.error.js';

/** A ttl is not a number of seconds from 0 to 100 years (rule TTL-1). Nothing was touched. */
export class InvalidTtlError extends FsmStorageError {
  readonly code = 'INVALID_TTL';
}
