import type { StorageKey } from '../../contract/storage-driver.js';
import { CorruptStateError } from '../../errors/corrupt-state.error.js';

/** A list, hash or the like lies where a text should be. */
export function wrongType(key: StorageKey): CorruptStateError {
  return corrupt(key, 'a Redis string');
}

/** The bytes of a state are damaged. */
export function notUtf8(key: StorageKey): CorruptStateError {
  return corrupt(key, 'UTF-8');
}

export function corruptCounter(key: StorageKey): CorruptStateError {
  return corrupt(key, 'a whole number within ±(2^53 − 1)');
}

function corrupt({ namespace, kind, identifier }: StorageKey, expected: string): CorruptStateError {
  const remedy =
    kind === 'state' ? 'Overwrite it with setState or remove it with deleteState' : 'Remove it with deleteCounter';
  return new CorruptStateError(
    `The ${kind} under ${JSON.stringify(identifier)} in namespace "${namespace}" is not ${expected}: it is damaged or ` +
      `another program wrote it. ${remedy}.`,
  );
}
