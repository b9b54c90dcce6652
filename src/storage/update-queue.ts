import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import { StorageTimeoutError } from '../errors/storage-timeout.error.js';
import { KeyedQueue } from './keyed-queue.js';

/** Where updates of one identifier wait for each other (rule CAS-5). */
export function createUpdateQueue(): KeyedQueue {
  return new KeyedQueue(failureBehindUpdate);
}

/**
 * Behind an update whose backend did not answer in time nobody is tried: each would wait as long again, one after the
 * other, and `stop` for all of them.
 */
function failureBehindUpdate(error: unknown): Error | undefined {
  if (!isFsmStorageError(error) || error.code !== 'TIMEOUT') return undefined;
  return new StorageTimeoutError(
    'update: the one before it of the same identifier was given up, as the backend did not answer in time; this one was ' +
      'not tried. Try again later.',
    { outcome: 'not-applied', cause: error },
  );
}
