import { FsmStorageError } from './fsm-storage.error.js';

/** The backend's server may drop live states when its memory is full. Told through `onBackgroundError`; no call fails with it. */
export class EvictionPolicyError extends FsmStorageError {
  readonly code = 'EVICTION_POLICY';
}
