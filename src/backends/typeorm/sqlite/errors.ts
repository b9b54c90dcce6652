import { type Effect, outcomeOf, StorageUnavailableError } from '../../../errors/backend-errors.js';
import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import { errorCode, errorName, unwrapQueryError } from '../../../toolkit/properties.js';

/** What the message about a failed statement is made from. */
export interface FailedStatement {
  readonly effect: Effect;
  /** Where the data is, as a message may show it. */
  readonly location: string;
  readonly busyTimeoutMs: number;
}

/** What went wrong and what to do, by SQLite's primary result code. */
const ADVICE: Readonly<Record<string, string>> = {
  FULL: 'the disk, or the size the file is allowed, is full; make room and try again.',
  READONLY: 'cannot be written; this process needs write permission for the file, its -wal and -shm, and its folder.',
  CORRUPT: 'the file is damaged; restore it from a backup, or save what can be saved with ".recover".',
  NOTADB: 'the file is not an SQLite database, or is encrypted; check the path.',
  IOERR: 'reading or writing the file failed; check the disk, and read before you try again.',
  CANTOPEN: 'the file cannot be opened; check that its folder exists and is writable.',
  AUTH: 'access was denied; check the permissions of the file and its folder.',
  PERM: 'access was denied; check the permissions of the file and its folder.',
};

/** Waiting changes neither the file nor the rights to it. */
const PERMANENT = new Set(['READONLY', 'CORRUPT', 'NOTADB', 'CANTOPEN', 'AUTH', 'PERM']);

/** Codes of the file system, from before SQLite is asked. */
const FILE_SYSTEM_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EEXIST', 'ENOSPC', 'EMFILE']);

/** Whether another connection holds the lock (of the file, or of a shared cache). */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(errorCode(unwrapQueryError(error)));
  return code === 'BUSY' || code === 'LOCKED';
}

/** SQLite undoes a statement that it rejects. After an I/O error, or an error that is not SQLite's, that is unknown. */
export function isUndone(error: unknown): boolean {
  const primary = primaryCode(errorCode(unwrapQueryError(error)));
  return primary !== '' && primary !== 'IOERR';
}

/**
 * Converts SQLite's errors into ours; no other code does. TypeORM's QueryFailedError carries the statement's parameters, which
 * hold states: the `cause` is the driver's error inside it, whose text is SQLite's (rule ER-1).
 */
export function translateError(error: unknown, { effect, location, busyTimeoutMs }: FailedStatement): Error {
  if (isFsmStorageError(error)) return error;
  const cause = unwrapQueryError(error);
  const code = errorCode(cause);
  if (isBusy(cause)) {
    return new StorageUnavailableError(
      `${location}: another connection kept its lock for longer than ${busyTimeoutMs} ms (busyTimeout); ` +
        'find the program with a transaction left open, or allow more time.',
      { outcome: 'not-applied', cause },
    );
  }
  if (FILE_SYSTEM_CODES.has(code)) {
    const message = `${location}: the file cannot be opened (${code}); check the path and its permissions.`;
    const isPermanent = code !== 'ENOSPC' && code !== 'EMFILE';
    return new StorageUnavailableError(message, { outcome: 'not-applied', isPermanent, cause });
  }
  const advice = ADVICE[primaryCode(code)] ?? `the statement failed (${code || errorName(cause)}); see the cause.`;
  return new StorageUnavailableError(`${location}: ${advice}`, {
    outcome: isUndone(cause) ? 'not-applied' : outcomeOf(effect),
    isPermanent: PERMANENT.has(primaryCode(code)),
    cause,
  });
}

/** `IOERR` for `SQLITE_IOERR_WRITE`; '' if the code is not SQLite's. */
function primaryCode(code: string): string {
  return /^SQLITE_([A-Z]+)/.exec(code)?.[1] ?? '';
}
