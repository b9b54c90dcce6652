import { BackendError } from './backend.error.js';

/** The backend did not do what it was asked: it is down, refused, or the connection broke (rule ER-4). */
export class StorageUnavailableError extends BackendError {
  readonly code = 'UNAVAILABLE';
}
