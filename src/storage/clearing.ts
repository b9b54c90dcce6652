import { StorageTimeoutError } from '../errors/storage-timeout.error.js';
import { StorageUnavailableError } from '../errors/storage-unavailable.error.js';
import { toStorageError } from './driver-errors.js';
import type { StorageCore } from './storage-core.js';

/** Removes every entry of a namespace (rule NS-3), and counts the live ones. */
export function clearEntries<Encoded>(core: StorageCore<Encoded>, namespace: string): Promise<number> {
  return core.run('clearNamespace', 'unknown', async () => {
    let removed = 0;
    try {
      for await (const batch of core.driver.clear(namespace)) removed += batch;
    } catch (error) {
      throw afterBatches(removed, toStorageError(error, core.driver.backend, 'clearNamespace', 'unknown'));
    }
    return removed;
  });
}

/** What failed may not have been applied; what was removed before it was (rule ER-4). */
function afterBatches(removed: number, error: Error): Error {
  const isNotApplied = 'outcome' in error && error.outcome === 'not-applied';
  if (removed === 0 || !isNotApplied) return error;
  const BatchError = 'code' in error && error.code === 'TIMEOUT' ? StorageTimeoutError : StorageUnavailableError;
  return new BatchError(
    `clearNamespace removed ${removed} entries before it failed; call it again to remove the rest. ${error.message}`,
    { outcome: 'unknown', cause: error },
  );
}
