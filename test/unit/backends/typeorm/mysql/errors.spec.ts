import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import {
  closesConnection,
  isReadOnly,
  isRetryable,
  translateError,
} from '../../../../../src/backends/typeorm/mysql/errors.js';
import { CorruptStateError } from '../../../../../src/errors/outcome-errors.js';

const PLACE = 'MySQL at db:3306/app';
const WRITE = { effect: 'write', location: PLACE, wasSent: true } as const;
const READ = { ...WRITE, effect: 'read' } as const;

/** An error as mysql2 creates it from the server's reply, with the statement in it. */
function serverError(errno: number, code: string): Error {
  const sql = `UPDATE fsm_state SET state_json = '{"card":"4242"}'`;
  return Object.assign(new Error(`Duplicate entry '4242' …`), { code, errno, sqlState: 'HY000', sql });
}

/** As mysql2 makes it of what happens to a socket. */
function connectionError(code: string, message = 'it broke'): Error {
  return Object.assign(new Error(message), { code, errno: -104, fatal: true });
}

/** As TypeORM wraps it, with the state among the parameters. */
function queryFailed(driverError: Error): Error {
  return Object.assign(new Error(driverError.message), { parameters: ['{"card":"4242"}'], driverError });
}

describe('translateError', () => {
  it.each([
    ['HANDSHAKE_SSL_ERROR', 'self-signed certificate', /ssl\.ca/],
    ['HANDSHAKE_NO_SSL_SUPPORT', 'Server does not support secure connection', /not speak TLS/],
  ])('ER-4 reports %s with the remedy', (code, message, remedy) => {
    const error = translateError(connectionError(code, message), { ...WRITE, wasSent: false });
    expect(error).toMatchObject({ outcome: 'not-applied', message: expect.stringMatching(remedy) });
  });

  it.each([
    ['the code of the error', connectionError('ECONNREFUSED'), /not sent: ECONNREFUSED; check that it runs/],
    [
      'the message of an error without a code',
      new Error('no answer within 150 ms'),
      /not sent: no answer within 150 ms; check/,
    ],
  ])('ER-4 describes a server that cannot be reached by %s', (_, cause, message) => {
    const error = translateError(cause, { ...WRITE, wasSent: false });
    expect(error).toMatchObject({ outcome: 'not-applied', message: expect.stringMatching(message) });
  });

  it.each([
    [1040, 'ER_CON_COUNT_ERROR', /max_connections/],
    [1203, 'ER_TOO_MANY_USER_CONNECTIONS', /max_connections/],
    [1045, 'ER_ACCESS_DENIED_ERROR', /denied/],
    [1047, 'ER_UNKNOWN_COM_ERROR', /another/],
    [3101, 'ER_TRANSACTION_ROLLBACK_DURING_COMMIT', /ER_TRANSACTION_ROLLBACK_DURING_COMMIT/],
    [1049, 'ER_BAD_DB_ERROR', /CREATE DATABASE/],
    [1146, 'ER_NO_SUCH_TABLE', /migration/],
    [1153, 'ER_NET_PACKET_TOO_LARGE', /max_allowed_packet/],
    [1205, 'ER_LOCK_WAIT_TIMEOUT', /lock/],
    [1213, 'ER_LOCK_DEADLOCK', /same rows/],
    [1290, 'ER_OPTION_PREVENTS_STATEMENT', /read-only/],
    [1792, 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', /read-only/],
    [1836, 'ER_READ_ONLY_MODE', /read-only/],
    [1874, 'ER_INNODB_READ_ONLY', /read-only/],
    [3989, 'ER_SCHEMA_READ_ONLY', /read-only/],
    [1044, 'ER_DBACCESS_DENIED_ERROR', /GRANT/],
    [1142, 'ER_TABLEACCESS_DENIED_ERROR', /GRANT/],
    [1143, 'ER_COLUMNACCESS_DENIED_ERROR', /GRANT/],
    [1665, 'ER_BINLOG_STMT_MODE_AND_ROW_ENGINE', /SET GLOBAL binlog_format = ROW/],
    [1969, 'ER_STATEMENT_TIMEOUT', /commandTimeout/],
    [3024, 'ER_QUERY_TIMEOUT', /max_execution_time/],
    [1114, 'ER_RECORD_FILE_FULL', /full/],
    [3159, 'ER_SECURE_TRANSPORT_REQUIRED', /ssl/],
    [1317, 'ER_QUERY_INTERRUPTED', /ER_QUERY_INTERRUPTED/],
  ])('ER-4 reports error %i %s with the remedy, and that nothing was applied', (errno, code, message) => {
    const error = translateError(queryFailed(serverError(errno, code)), WRITE);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(PLACE);
  });

  it.each([
    serverError(1180, 'ER_ERROR_DURING_COMMIT'),
    serverError(1105, 'ER_UNKNOWN_ERROR'),
    serverError(1598, 'ER_BINLOG_LOGGING_IMPOSSIBLE'),
    serverError(3100, 'ER_RUN_HOOK_ERROR'),
    serverError(2013, 'CR_SERVER_LOST'),
    serverError(3169, 'ER_SESSION_WAS_KILLED'),
    serverError(1053, 'ER_SERVER_SHUTDOWN'),
    serverError(1927, 'ER_CONNECTION_KILLED'),
    connectionError('PROTOCOL_CONNECTION_LOST'),
    connectionError('ECONNRESET'),
    connectionError('EPIPE'),
    new Error('foreign'),
    'no error at all',
  ])('ER-4 reports after %s that a write may have been applied, but not a read', (error) => {
    expect(translateError(error, WRITE)).toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'unknown',
      message: expect.stringContaining('read before you try again'),
    });
    expect(translateError(error, READ)).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(translateError(error, { ...WRITE, wasSent: false })).toMatchObject({ outcome: 'not-applied' });
  });

  it('ER-4 knows that nothing is sent over a connection that was closed before', () => {
    const message = "Can't add new command when connection is in closed state";
    const error = Object.assign(new Error(message), { fatal: true });
    expect(translateError(queryFailed(error), WRITE)).toMatchObject({ outcome: 'not-applied' });
  });

  it('ER-1 keeps number and code in the cause, and nothing of the statement', () => {
    const error = translateError(queryFailed(serverError(1062, 'ER_DUP_ENTRY')), WRITE);
    expect(error.cause).toMatchObject({ code: 'ER_DUP_ENTRY', errno: 1062 });
    expect(inspect(error, { depth: 10 })).not.toContain('4242');
  });

  it('ER-1 keeps an error of the connection as the cause, and lets one of ours pass', () => {
    const lost = connectionError('ECONNREFUSED');
    expect(translateError(lost, WRITE).cause).toBe(lost);
    const ours = new CorruptStateError('damaged');
    expect(translateError(ours, WRITE)).toBe(ours);
  });
});

describe('the scope of a failure', () => {
  it.each([
    ...[1290, 1792, 1836, 1874, 3989, 1021, 1114, 1142, 1143, 1227, 1665].map((errno) => [errno, 'command'] as const),
    ...[1153, 1205, 1213, 1969, 3024, 1317].map((errno) => [errno, 'call'] as const),
    ...[1044, 1045, 1047, 1040, 1053, 1146, 2013].map((errno) => [errno, 'backend'] as const),
  ])('ER-4 of error %i is %s', (errno, scope) => {
    expect(translateError(queryFailed(serverError(errno, 'ER_…')), WRITE)).toMatchObject({ scope });
  });

  it.each([
    ...[1044, 1045, 1049, 1142, 1143, 1227, 1698, 3159].map((errno) => [errno, true] as const),
    ...[1040, 1047, 1053, 1146, 1290, 2013].map((errno) => [errno, false] as const),
  ])('LC-1 after error %i waiting cannot help: %s', (errno, isPermanent) => {
    expect(translateError(queryFailed(serverError(errno, 'ER_…')), WRITE)).toMatchObject({ isPermanent });
  });

  it('ER-4 names the right that is missing, and nothing else of the server', () => {
    const denied = serverError(1142, 'ER_TABLEACCESS_DENIED_ERROR');
    denied.message = "INSERT, UPDATE command denied to user 'secret'@'host' for table `fsm`.`fsm_state`";
    const { message } = translateError(queryFailed(denied), WRITE);
    expect(message).toContain('the user has no right to INSERT, UPDATE; GRANT SELECT, INSERT, UPDATE, DELETE');
    expect(message).not.toContain('secret');
  });
});

describe('isReadOnly', () => {
  it.each([
    [1047, true],
    [1290, true],
    [1836, true],
    [1874, true],
    [1213, false],
    [1142, false],
  ])('is asked for %i: %p', (errno, expected) => {
    expect(isReadOnly(queryFailed(serverError(errno, 'ER_…')))).toBe(expected);
  });
});

describe('isRetryable', () => {
  it.each([
    [1213, true],
    [1020, true],
    [1205, false],
    [1969, false],
    [1062, false],
    [1153, false],
  ])('returns for error %i: %p', (errno, expected) => {
    expect(isRetryable(queryFailed(serverError(errno, 'ER_…')))).toBe(expected);
  });

  it('never sends again what a broken connection may have applied', () => {
    expect(isRetryable(connectionError('PROTOCOL_CONNECTION_LOST'))).toBe(false);
  });
});

describe('closesConnection', () => {
  it.each([
    [1153, true],
    [1053, true],
    [1927, true],
    [4031, true],
    [1180, false],
    [1100, true],
    [1399, true],
    [1792, true],
    [3100, true],
    [1213, false],
    [1290, false],
  ])('returns for error %i: %p', (errno, expected) => {
    expect(closesConnection(queryFailed(serverError(errno, 'ER_…')))).toBe(expected);
  });
});
