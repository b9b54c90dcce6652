import type { DriverVerb } from '../contract/driver-verb.js';
import type { EntryKind } from '../contract/storage-driver.js';
import type { ErrorCode } from '../errors/error-code.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';

/** What `telemetry` tells of one call of a backend, or of one batch of a listing or clearing. */
export interface StorageEvent {
  /** The verb of the driver, e.g. `compareAndSet`. */
  readonly operation: DriverVerb;
  /** E.g. `redis`. */
  readonly backend: string;
  /** undefined for what concerns the whole backend, such as `ping`. */
  readonly namespace: string | undefined;
  /** What was asked for; undefined where it is neither. */
  readonly kind: EntryKind | undefined;
  /** Whose state or counter; undefined unless `recordIdentifiers` is set and the call names some. */
  readonly identifiers: readonly string[] | undefined;
  readonly durationMs: number;
  /** `ok`, a lost race included, or the `code` of the error. */
  readonly outcome: 'ok' | ErrorCode;
}

/** The code a caller will see: an error that is not ours becomes `StorageUnavailableError` (rule ER-4). */
export function errorCodeOf(error: unknown): ErrorCode {
  return isFsmStorageError(error) ? error.code : 'UNAVAILABLE';
}
