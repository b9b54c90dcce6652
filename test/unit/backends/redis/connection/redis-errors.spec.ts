import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  LateReplyError,
  LostReplyError,
  NotConnectedError,
  toBackendError,
} from '../../../../../src/backends/redis/connection/redis-errors.js';
import { isReplyError } from '../../../../../src/backends/redis/connection/reply-errors.js';
import { toConnectionError, toStartError } from '../../../../../src/backends/redis/connection/start-errors.js';
import { CorruptStateError } from '../../../../../src/errors/outcome-errors.js';

const write = { address: '127.0.0.1:6379', effect: 'write', commandTimeout: 5000 } as const;
const read = { ...write, effect: 'read' } as const;

function named(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more);
}

describe('errors of ioredis', () => {
  it.each([
    ['a lost reply', new LostReplyError('x'), 'UNAVAILABLE', 'unknown'],
    ['a broken connection', named('MaxRetriesPerRequestError', 'x'), 'UNAVAILABLE', 'unknown'],
    ['a closed connection', new Error('Connection is closed.'), 'UNAVAILABLE', 'unknown'],
    ['a late reply', new LateReplyError('x'), 'TIMEOUT', 'unknown'],
    ["a reply that is too late for the app's client", new Error('Command timed out'), 'TIMEOUT', 'unknown'],
    ['a rejected command', named('ReplyError', 'READONLY x'), 'UNAVAILABLE', 'not-applied'],
    ['no connection', new NotConnectedError('x'), 'UNAVAILABLE', 'not-applied'],
    [
      'a socket that has just closed',
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
      'UNAVAILABLE',
      'not-applied',
    ],
    ['a value that is not an Error', 'x', 'UNAVAILABLE', 'unknown'],
  ])('ER-4 have an outcome for a write and for a read: %s', (_, error, code, outcome) => {
    expect(toBackendError(error, write)).toMatchObject({ code, outcome });
    expect(toBackendError(error, read)).toMatchObject({ code, outcome: 'not-applied' });
  });

  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'command'],
    ['READONLY You cannot write against a read only replica.', 'command'],
    ['MISCONF Redis is configured to save RDB snapshots', 'command'],
    ['NOREPLICAS Not enough good replicas to write.', 'command'],
    ["NOPERM this user has no permissions to run the 'set' command", 'command'],
    ["ERR The user executing the script can't run this command or subcommand", 'command'],
    ["ERR unknown command 'set', with args beginning with: ", 'command'],
    ["CROSSSLOT Keys in request don't hash to the same slot", 'command'],
    ['MOVED 866 10.0.0.1:6379', 'command'],
    ['CLUSTERDOWN Hash slot not served', 'command'],
    ['CLUSTERDOWN The cluster is down and only accepts read commands', 'command'],
    ['CLUSTERDOWN The cluster is down', 'backend'],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'backend'],
    ['LOADING Redis is loading the dataset in memory', 'backend'],
    ['BUSY Redis is busy running a script.', 'backend'],
    ['NOAUTH Authentication required.', 'backend'],
    ['ERR max number of clients reached', 'backend'],
    ['ERR string exceeds maximum allowed size (512MB)', 'call'],
  ])('ER-4 have a scope, the backend, commands of one kind or one call: %s', (message, scope) => {
    expect(toBackendError(named('ReplyError', message), write)).toMatchObject({ outcome: 'not-applied', scope });
  });

  it('ER-1 are returned unchanged if they come from this package', () => {
    const error = new CorruptStateError('x');
    expect(toBackendError(error, read)).toBe(error);
  });

  it('HL-2 ER-1 have no password and no state in their message or cause', () => {
    const rejected = named('ReplyError', "ERR unknown command 'SET', with args beginning with: 'a' 'secret'", {
      command: { name: 'auth', args: ['secret'] },
    });
    const translated = [toBackendError(rejected, write), toStartError(rejected, 'x'), toConnectionError(rejected, 'x')];
    expect(inspect(translated, { depth: 10 })).not.toContain('secret');
    expect(translated[0]).toHaveProperty('cause.message', "ERR unknown command 'SET'");
  });

  it('ER-1 keep their cause', () => {
    const broken = named('Error', 'read ECONNRESET', { code: 'ECONNRESET' });
    expect(toBackendError(broken, write)).toHaveProperty('cause', broken);
    expect(toConnectionError(broken, '127.0.0.1:6379').message).toContain('ECONNRESET');
    expect(toConnectionError('x', '127.0.0.1:6379').message).toContain('127.0.0.1:6379');
  });

  it('are recognized by the code of an error reply', () => {
    const error = named('ReplyError', 'NOSCRIPT No matching script.');
    expect(isReplyError(error)).toBe(true);
    expect(isReplyError(error, 'NOSCRIPT')).toBe(true);
    expect(isReplyError(error, 'OOM')).toBe(false);
    expect(isReplyError(new Error('NOSCRIPT'), 'NOSCRIPT')).toBe(false);
  });
});
