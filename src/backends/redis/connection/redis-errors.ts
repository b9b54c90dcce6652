import { types } from 'node:util';
import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import {
  type Effect,
  outcomeOf,
  StorageTimeoutError,
  StorageUnavailableError,
} from '../../../errors/backend-errors.js';
import { isUnknownCommand } from './access-rights.js';
import { explainReply, isReplyError, replyCode } from './reply-errors.js';

/** The call that failed, for the error message. */
export interface FailedCall {
  /** The server's address, e.g. `127.0.0.1:6379`; never a password. */
  readonly address: string;
  readonly effect: Effect;
  readonly commandTimeout: number;
  /** The `keyPrefix` of the client. */
  readonly keyPrefix?: string;
}

/** There was no connection in time: the command was never sent. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/** The connection broke after the command was sent and before its reply arrived. */
export class LostReplyError extends Error {
  override readonly name = 'LostReplyError';
}

/** The server did not reply within `commandTimeout`. */
export class LateReplyError extends Error {
  override readonly name = 'LateReplyError';
}

/** The master applied a write, but too few replicas confirmed it. */
export class UnconfirmedError extends Error {
  override readonly name = 'UnconfirmedError';
}

/** Some of the keys to remove are removed and others may still exist; the message says how many are removed. */
export class PartlyRemovedError extends Error {
  override readonly name = 'PartlyRemovedError';
}

/** The server is not a master that can store states; the message says what it is. */
export class WrongServerError extends Error {
  override readonly name = 'WrongServerError';
}

/** The app's client is in a state in which it cannot run commands; the message says which. Nothing was sent. */
export class UnusableClientError extends Error {
  override readonly name = 'UnusableClientError';
}

/** The app's client is inside a transaction: the command runs when the app ends it with EXEC, or never. */
export class QueuedCommandError extends Error {
  override readonly name = 'QueuedCommandError';
}

/** The reply is not one that the command can have, so it says nothing about what was done. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';
}

/** Translates an error of ioredis (rule ER-4); returns an error of this package unchanged. */
export function toBackendError(error: unknown, call: FailedCall): Error {
  if (isFsmStorageError(error)) return error;
  const cause = withoutSecrets(error);
  const server = `Redis at ${call.address}`;
  if (isReplyError(error)) {
    const { scope, advice } = explainReply(error, call.keyPrefix);
    const text = `${server} rejected the command with ${replyCode(error)}; nothing was changed. ${advice}`.trimEnd();
    return new StorageUnavailableError(text, { outcome: 'not-applied', scope, cause });
  }
  if (error instanceof UnusableClientError) {
    const text = `${server}: the client of the app ${error.message}. The command was not sent.`;
    return new StorageUnavailableError(text, { outcome: 'not-applied', scope: 'command', cause });
  }
  if (wasNeverSent(error)) {
    return new StorageUnavailableError(`${server} is not connected; the command was not sent. Try again later.`, {
      outcome: 'not-applied',
      cause,
    });
  }
  return toUncertainError(error, server, call);
}

/** Translates an error after which a write may have been applied. */
function toUncertainError(error: unknown, server: string, { effect, commandTimeout }: FailedCall): Error {
  const cause = withoutSecrets(error);
  const outcome = outcomeOf(effect);
  const advice = outcome === 'unknown' ? ' The write may have been applied: read before you try again.' : '';
  if (error instanceof UnconfirmedError) {
    const text =
      `${server} applied the write, but too few replicas confirmed it: ${error.message} (durability). ` +
      'A failover may lose the write: read before you try again.';
    return new StorageUnavailableError(text, { outcome: 'unknown', cause });
  }
  if (error instanceof PartlyRemovedError) {
    const text = `${server} did not remove all the keys: it ${error.message}. Try again to remove the rest.`;
    return new StorageUnavailableError(text, { outcome: 'unknown', cause: withoutSecrets(error.cause) });
  }
  if (error instanceof QueuedCommandError) {
    const text = `${server} did not run the command but queued it, because the client of the app is inside a transaction (MULTI). ${OWN_CLIENT}${advice}`;
    return new StorageUnavailableError(text, { outcome, scope: 'command', cause });
  }
  if (error instanceof UnexpectedReplyError) {
    const text = `${server}: ${error.message}. Check the client of the app: reply transformers, CLIENT REPLY and MONITOR change its replies. ${OWN_CLIENT}${advice}`;
    return new StorageUnavailableError(text, { outcome, scope: 'command', cause });
  }
  if (isLate(error)) {
    const text = `${server} did not reply within ${commandTimeout} ms (commandTimeout).${advice}`;
    return new StorageTimeoutError(text, { outcome, cause });
  }
  const text = `${server}: the connection broke before the reply arrived.${advice}`;
  return new StorageUnavailableError(text, { outcome, cause });
}

const OWN_CLIENT = 'Give the storage a client that nothing else uses.';

/** Whether the server rejected the SELECT that ioredis sends when it connects. */
export function isSelectRejected(error: unknown): boolean {
  return isReplyError(error) && 'command' in error && commandName(error.command) === 'select';
}

/** Whether the server does not know the command INFO, which ioredis sends when it connects. */
export function isInfoUnknown(error: unknown): boolean {
  return isReplyError(error) && isUnknownCommand(error) && 'command' in error && commandName(error.command) === 'info';
}

function commandName(command: unknown): unknown {
  return typeof command === 'object' && command !== null && 'name' in command ? command.name : undefined;
}

/** Whether a command certainly never left this process. */
export function wasNeverSent(error: unknown): boolean {
  if (error instanceof NotConnectedError) return true;
  // The message of ioredis with `enableOfflineQueue: false`; these errors have no code.
  return types.isNativeError(error) && error.message.includes('enableOfflineQueue options is false');
}

function isLate(error: unknown): boolean {
  // The app's client may have a shorter `commandTimeout`; that error of ioredis has no code.
  return error instanceof LateReplyError || (types.isNativeError(error) && error.message === 'Command timed out');
}

/** The reason of a failed connection in a few words, without data of the command. */
export function describeFailure(error: unknown): string {
  if (!types.isNativeError(error)) return 'a value that is not an Error';
  if (isReplyError(error)) return replyCode(error);
  if (error instanceof LateReplyError || error instanceof NotConnectedError) return error.message;
  if (error.name === 'MaxRetriesPerRequestError') return 'the connection was closed';
  if (error.message.startsWith('All sentinels are unreachable')) return describeSentinels(error);
  // The reason why the last node of a cluster could not be reached.
  if ('lastNodeError' in error && error.lastNodeError !== error) return describeFailure(error.lastNodeError);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** ioredis reports the last reason as prose; the code in it is enough and quotes no data. */
function describeSentinels({ message }: Error): string {
  const code = /Last error: (?:.*\b(E[A-Z]{4,})\b|([A-Z]+)\b)/.exec(message);
  const reason = code?.[1] ?? code?.[2];
  return `no sentinel returned the master's address${reason === undefined ? '' : `; the last error was ${reason}`}`;
}

/**
 * ioredis attaches the whole command to its errors, with the password of AUTH and the states, and the server may quote it.
 * Neither may appear in a log (rule HL-2), so the cause is a copy without them.
 */
export function withoutSecrets(error: unknown): unknown {
  if (!types.isNativeError(error)) return undefined;
  if (!('command' in error) && !isReplyError(error)) return error;
  const copy = new Error(error.message.replace(/,? with args beginning with.*/s, ''));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = error.stack.replace(error.message, copy.message);
  return copy;
}
