import { isBackendError, StorageTimeoutError, StorageUnavailableError } from '../errors/backend-errors.js';
import type { StorageCore } from './storage-core.js';

/** Removes every entry of a namespace and returns how many live ones it removed (rule NS-3). */
export function clearEntries<Encoded>(core: StorageCore<Encoded>, namespace: string): Promise<number> {
  return core.runSteps(async () => {
    let removed = 0;
    const removeAll = async (): Promise<void> => {
      for await (const batch of core.driver.clear(namespace)) removed += batch;
    };
    await core.callDriver('clearNamespace', removeAll).catch((error: unknown) => {
      throw afterBatches(removed, error);
    });
    return removed;
  });
}

/** A batch that was not applied does not undo the batches before it, so the whole call is `unknown` (rule ER-4). */
function afterBatches(removed: number, error: unknown): unknown {
  if (removed === 0 || !isBackendError(error) || error.outcome === 'unknown') return error;
  const BatchError = error.code === 'TIMEOUT' ? StorageTimeoutError : StorageUnavailableError;
  return new BatchError(
    `clearNamespace removed ${removed} entries before it failed; call it again to remove the rest. ${error.message}`,
    { outcome: 'unknown', cause: error },
  );
}
