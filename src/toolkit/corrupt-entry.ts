import type { StorageKey } from '../contract/storage-driver.js';
import { CorruptStateError } from '../errors/outcome-errors.js';

/**
 * The error for a stored value that is not what it should be (rule ST-4). Contains the key, never the value.
 * @param expected - what it should be, e.g. `UTF-8`
 */
export function corruptEntry({ namespace, kind, identifier }: StorageKey, expected: string): CorruptStateError {
  const remedy =
    kind === 'state' ? 'Overwrite it with setState or remove it with deleteState' : 'Remove it with deleteCounter';
  return new CorruptStateError(
    `What is stored for the ${kind} ${JSON.stringify(identifier)} in namespace "${namespace}" is not ${expected}: it is ` +
      `damaged or another program wrote it. ${remedy}.`,
  );
}
