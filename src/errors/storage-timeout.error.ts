import { BackendError } from './backend.error.js';

/** The backend did not answer in time (rule ER-4). */
export class StorageTimeoutError extends BackendError {
  readonly code = 'TIMEOUT';
}
