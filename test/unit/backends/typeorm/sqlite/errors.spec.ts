import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { isBusy, translateError } from '../../../../../src/backends/typeorm/sqlite/errors.js';
import { CorruptStateError } from '../../../../../src/errors/outcome-errors.js';

const READ = { effect: 'read', location: '/data/fsm.db', busyTimeoutMs: 5000 } as const;
const WRITE = { ...READ, effect: 'write' } as const;

function sqliteError(code: string): Error {
  return Object.assign(new Error(`${code}: what SQLite says`), { code });
}

/** As TypeORM wraps it, with the state among the parameters. */
function queryFailed(driverError: Error): Error {
  const details = { query: 'UPDATE …', parameters: ['{"card":"4242"}'], driverError };
  return Object.assign(new Error(driverError.message), details);
}

describe('translateError', () => {
  it.each([
    ['SQLITE_BUSY', /lock.*5000 ms/],
    ['SQLITE_BUSY_RECOVERY', /lock/],
    ['SQLITE_LOCKED', /lock/],
    ['SQLITE_FULL', /full/],
    ['SQLITE_READONLY', /cannot be written/],
    ['SQLITE_READONLY_DBMOVED', /cannot be written/],
    ['SQLITE_CORRUPT', /damaged/],
    ['SQLITE_NOTADB', /not an SQLite database/],
    ['SQLITE_CANTOPEN', /cannot be opened/],
    ['SQLITE_AUTH', /denied/],
    ['SQLITE_PERM', /denied/],
    ['SQLITE_TOOBIG', /SQLITE_TOOBIG/],
    ['EACCES', /cannot be opened \(EACCES\)/],
  ])('ER-4 reports %s with the file, the remedy and that nothing was applied', (code, message) => {
    expect(translateError(queryFailed(sqliteError(code)), WRITE)).toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      message: expect.stringMatching(message),
    });
    expect(translateError(sqliteError(code), WRITE)).toMatchObject({
      message: expect.stringContaining('/data/fsm.db'),
    });
  });

  it.each([sqliteError('SQLITE_IOERR'), sqliteError('SQLITE_IOERR_FSYNC'), new Error('foreign'), 'no error at all'])(
    'ER-4 reports after %s that a write may have been applied, but not a read',
    (error) => {
      expect(translateError(error, WRITE)).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
      expect(translateError(error, READ)).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    },
  );

  it.each([
    ...['SQLITE_CANTOPEN', 'SQLITE_NOTADB', 'SQLITE_READONLY', 'EACCES', 'ENOENT'].map((code) => [code, true] as const),
    ...['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR', 'ENOSPC', 'EMFILE'].map((code) => [code, false] as const),
  ])('LC-1 after %s waiting cannot help: %s', (code, isPermanent) => {
    expect(translateError(queryFailed(sqliteError(code)), WRITE)).toMatchObject({ isPermanent });
  });

  it('ER-1 keeps the driver’s error as the cause, and TypeORM’s with the state in it nowhere', () => {
    const driverError = sqliteError('SQLITE_FULL');
    const translated = translateError(queryFailed(driverError), WRITE);
    expect(translated.cause).toBe(driverError);
    expect(inspect(translated, { depth: 10 })).not.toContain('4242');
  });

  it('ER-1 lets an error of ours pass', () => {
    const error = new CorruptStateError('damaged');
    expect(translateError(error, READ)).toBe(error);
    expect(isBusy(error)).toBe(false);
  });
});
