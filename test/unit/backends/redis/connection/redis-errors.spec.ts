import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  isReplyError,
  LateReplyError,
  LostReplyError,
  NotConnectedError,
  toBackendError,
  toConnectionError,
  toStartError,
} from '../../../../../src/backends/redis/connection/redis-errors.js';
import { CorruptStateError } from '../../../../../src/errors/outcome-errors.js';

const write = { address: '127.0.0.1:6379', effect: 'write', commandTimeout: 5000 } as const;
const read = { ...write, effect: 'read' } as const;

function named(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more);
}

describe('errors of ioredis', () => {
  it.each([
    ['a reply that was lost', new LostReplyError('x'), 'UNAVAILABLE', 'unknown'],
    ['a connection that broke', named('MaxRetriesPerRequestError', 'x'), 'UNAVAILABLE', 'unknown'],
    ['a connection that was closed', new Error('Connection is closed.'), 'UNAVAILABLE', 'unknown'],
    ['a reply that is late', new LateReplyError('x'), 'TIMEOUT', 'unknown'],
    ["a reply that is late for the app's client", new Error('Command timed out'), 'TIMEOUT', 'unknown'],
    ['a refusal', named('ReplyError', 'READONLY x'), 'UNAVAILABLE', 'not-applied'],
    ['no connection', new NotConnectedError('x'), 'UNAVAILABLE', 'not-applied'],
    [
      'a socket that has just closed',
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
      'UNAVAILABLE',
      'not-applied',
    ],
    ['something that is no Error', 'x', 'UNAVAILABLE', 'unknown'],
  ])('ER-4 say what became of a write and a read: %s', (_, error, code, outcome) => {
    expect(toBackendError(error, write)).toMatchObject({ code, outcome });
    expect(toBackendError(error, read)).toMatchObject({ code, outcome: 'not-applied' });
  });

  it.each([
    ['OOM command not allowed', 'call'],
    ['NOPERM this user has no permissions', 'call'],
    ['READONLY You cannot write', 'backend'],
    ['CLUSTERDOWN The cluster is down', 'backend'],
  ])('ER-4 say whom a refusal concerns: %s', (message, scope) => {
    expect(toBackendError(named('ReplyError', message), write)).toMatchObject({ outcome: 'not-applied', scope });
  });

  it('ER-1 errors of this package pass', () => {
    const error = new CorruptStateError('x');
    expect(toBackendError(error, read)).toBe(error);
  });

  it('HL-2 ER-1 neither password nor state is in a message or cause', () => {
    const refused = named('ReplyError', "ERR unknown command 'SET', with args beginning with: 'a' 'secret'", {
      command: { name: 'auth', args: ['secret'] },
    });
    const translated = [toBackendError(refused, write), toStartError(refused, 'x'), toConnectionError(refused, 'x')];
    expect(inspect(translated, { depth: 10 })).not.toContain('secret');
    expect(translated[0]).toHaveProperty('cause.message', "ERR unknown command 'SET'");
  });

  it('ER-1 keep the cause', () => {
    const broken = named('Error', 'read ECONNRESET', { code: 'ECONNRESET' });
    expect(toBackendError(broken, write)).toHaveProperty('cause', broken);
    expect(toConnectionError(broken, '127.0.0.1:6379').message).toContain('ECONNRESET');
    expect(toConnectionError('x', '127.0.0.1:6379').message).toContain('127.0.0.1:6379');
  });

  it('know a reply by its code', () => {
    const error = named('ReplyError', 'NOSCRIPT No matching script.');
    expect(isReplyError(error)).toBe(true);
    expect(isReplyError(error, 'NOSCRIPT')).toBe(true);
    expect(isReplyError(error, 'OOM')).toBe(false);
    expect(isReplyError(new Error('NOSCRIPT'), 'NOSCRIPT')).toBe(false);
  });
});
