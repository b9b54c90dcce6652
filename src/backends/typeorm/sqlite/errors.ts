import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { errorCode, errorName, unwrapQueryError } from '../../../toolkit/properties.js';
import { outcomeOf } from '../dialect/dialect.js';
import type { FailedStatement } from './sqlite-dialect.js';

/** What went wrong and what to do, by SQLite's primary result code. `place` is the file. */
const ADVICE: Readonly<Record<string, (place: string) => string>> = {
  FULL: (place) => `${place}: the disk, or the size the file is allowed, is full; make room and try again.`,
  READONLY: (place) =>
    `${place}: cannot be written; this process needs write permission for the file, its -wal and -shm, and its folder.`,
  CORRUPT: (place) => `${place}: the file is damaged; restore it from a backup, or save what can be with ".recover".`,
  NOTADB: (place) => `${place}: the file is not an SQLite database, or is encrypted; check the path.`,
  IOERR: (place) => `${place}: reading or writing the file failed; check the disk, and read before you try again.`,
  CANTOPEN: (place) => `${place}: the file cannot be opened; check that its folder exists and may be written.`,
  AUTH: (place) => `${place}: access was denied; check the permissions of the file and its folder.`,
  PERM: (place) => `${place}: access was denied; check the permissions of the file and its folder.`,
};

/** What the file system says before SQLite is asked. */
const FILE_SYSTEM_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EEXIST', 'ENOSPC', 'EMFILE']);

/** Another connection holds the lock (of the file, or of a shared cache). */
export function isSqliteBusy(error: unknown): boolean {
  const code = primaryCode(errorCode(unwrapQueryError(error)));
  return code === 'BUSY' || code === 'LOCKED';
}

/** SQLite undoes a statement that it refuses. After an I/O error, or one that is not SQLite's, nobody can tell. */
export function isSqliteUndone(error: unknown): boolean {
  const primary = primaryCode(errorCode(unwrapQueryError(error)));
  return primary !== '' && primary !== 'IOERR';
}

/**
 * The one place where SQLite's errors become ours. TypeORM's QueryFailedError carries the statement's parameters, which
 * hold states: the `cause` is the driver's own error beneath it, whose text is SQLite's (rule ER-1).
 */
export function translateSqliteError(error: unknown, { access, place, busyTimeoutMs }: FailedStatement): Error {
  if (isFsmStorageError(error)) return error;
  const cause = unwrapQueryError(error);
  const code = errorCode(cause);
  const primary = primaryCode(code);
  if (isSqliteBusy(cause)) {
    return new StorageUnavailableError(
      `${place}: another connection kept its lock for longer than ${busyTimeoutMs} ms (busyTimeout); ` +
        'find the program with a transaction left open, or allow more time.',
      { outcome: 'not-applied', cause },
    );
  }
  if (FILE_SYSTEM_CODES.has(code)) {
    const message = `${place}: the file cannot be opened (${code}); check the path and its permissions.`;
    return new StorageUnavailableError(message, { outcome: 'not-applied', cause });
  }
  const advice =
    ADVICE[primary]?.(place) ?? `${place}: the statement failed (${code || errorName(cause)}); see the cause.`;
  return new StorageUnavailableError(advice, {
    outcome: outcomeOf(access, isSqliteUndone(cause) ? 'not-applied' : 'unknown'),
    cause,
  });
}

/** `SQLITE_IOERR_WRITE` is an `IOERR`; '' where it is not SQLite's. */
function primaryCode(code: string): string {
  return /^SQLITE_([A-Z]+)/.exec(code)?.[1] ?? '';
}
