import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  closesConnection,
  isReadOnly,
  isRetryable,
  translateError,
} from '../../../../../src/backends/typeorm/postgres/errors.js';
import { scopeOf, StorageTimeoutError } from '../../../../../src/errors/backend-errors.js';

const SENT_WRITE = { effect: 'write', location: 'Postgres at db:5432', wasSent: true } as const;

/** As TypeORM hands it on. */
function failed(code: string | undefined, message = 'a message of the server'): Error {
  const driverError = Object.assign(new Error(message), code === undefined ? {} : { code, detail: 'iban=DE-secret' });
  return Object.assign(new Error(message), { name: 'QueryFailedError', driverError, parameters: ['DE-secret'] });
}

describe('errors of Postgres', () => {
  it.each(['40001', '40P01', '23505', '22003', '42501', '53100', '57014', '55P03', '25006', '57P03'])(
    'ER-4 with %s the server has applied nothing',
    (code) => {
      expect(translateError(failed(code), SENT_WRITE)).toMatchObject({
        code: 'UNAVAILABLE',
        outcome: 'not-applied',
        message: expect.stringContaining(code),
      });
    },
  );

  it.each(['57P01', '57P02', '57P05', '25P04', '40003', '08006', '08007', '08P01', 'EPIPE', 'ECONNRESET', undefined])(
    'ER-4 with %s only a write that was sent may have been applied',
    (code) => {
      const error = failed(code, 'Connection terminated unexpectedly');
      expect(translateError(error, SENT_WRITE)).toMatchObject({ outcome: 'unknown' });
      expect(translateError(error, { ...SENT_WRITE, effect: 'read' })).toMatchObject({
        outcome: 'not-applied',
      });
      expect(translateError(error, { ...SENT_WRITE, wasSent: false })).toMatchObject({
        outcome: 'not-applied',
      });
    },
  );

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', /ssl\.ca/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', /ssl\.ca/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames", /ssl\.ca/],
    [undefined, 'The server does not support SSL connections', /not speak TLS/],
    ['ECONNREFUSED', 'connect ECONNREFUSED', /ECONNREFUSED; check that it runs there/],
  ])('ER-4 reports %s as a missing connection, with the remedy', (code, message, remedy) => {
    const error = Object.assign(new Error(message), code === undefined ? {} : { code });
    const translated = translateError(error, { ...SENT_WRITE, wasSent: false });
    expect(translated).toMatchObject({ outcome: 'not-applied', message: expect.stringMatching(remedy) });
  });

  it('ER-1 keeps no parameter, no row and no words of the server', () => {
    const translated = translateError(failed('23514', 'violated by DE-secret'), SENT_WRITE);
    expect(inspect(translated, { depth: 10, showHidden: true })).not.toContain('DE-secret');
  });

  it('HL-2 keeps no client, which holds the password', () => {
    const error = Object.assign(new Error('Connection terminated unexpectedly'), { client: { password: 'hunter2' } });
    const translated = translateError(error, SENT_WRITE);
    expect(inspect(translated, { depth: 10, showHidden: true })).not.toContain('hunter2');
    expect(translated).toHaveProperty('cause.message', 'Connection terminated unexpectedly');
  });

  it.each([
    ['call', ['40001', '22003', '23514', '54000', '55P03']],
    ['command', ['42501', '25006', '53100', '42P01', 'P0001']],
    ['backend', ['53300', '57P03', '28P01', '57014', '57P01', undefined]],
  ])('ER-4 says that a failure concerns the %s', (scope, codes) => {
    const found = codes.map((code) => translateError(failed(code), SENT_WRITE));
    expect(found.map(scopeOf)).toEqual(codes.map(() => scope));
  });

  it.each([
    [true, ['28P01', '28000', '3D000', '3F000', '42501']],
    [false, ['53300', '57P03', '25006', '42P01', '57P01', undefined]],
  ])('LC-1 says whether waiting cannot help: %s', (isPermanent, codes) => {
    const found = codes.map((code) => translateError(failed(code), SENT_WRITE));
    expect(found).toEqual(codes.map(() => expect.objectContaining({ isPermanent })));
  });

  it.each([
    [{ code: '42501', routine: 'aclcheck_error' }, /GRANT SELECT, INSERT, UPDATE, DELETE ON fsm_state, fsm_counter/],
    [{ code: '42501', routine: 'check_enable_rls' }, /row level security.*BYPASSRLS/],
    [{ code: '42501', routine: 'ExecWithCheckOptions' }, /row level security.*BYPASSRLS/],
  ])('ER-1 says what to grant after %j', (details, advice) => {
    const error = Object.assign(new Error('rejected'), details);
    expect(translateError(error, SENT_WRITE).message).toMatch(advice);
  });

  it('recognizes errors after which the connection is useless, or its server read-only', () => {
    expect(['25P02', '57P01', '08006', '25006', '42501'].map((code) => closesConnection(failed(code)))).toEqual([
      ...[true, true, true, false, false],
    ]);
    expect(['25006', '25P02', '42501'].map((code) => isReadOnly(failed(code)))).toEqual([true, false, false]);
  });

  it('recognizes errors after which a statement is repeated', () => {
    expect(['40001', '40P01', '40002', '57014'].map((code) => isRetryable(failed(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('lets errors of this package pass', () => {
    const ours = new StorageTimeoutError('late', { outcome: 'unknown' });
    expect(translateError(ours, SENT_WRITE)).toBe(ours);
  });
});
