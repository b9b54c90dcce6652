import { types } from 'node:util';
import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import {
  type Effect,
  outcomeOf,
  StorageTimeoutError,
  StorageUnavailableError,
} from '../../../errors/backend-errors.js';

/** The call that failed, for the error message. */
export interface FailedCall {
  /** The server's address, e.g. `127.0.0.1:6379`; never a password. */
  readonly address: string;
  readonly effect: Effect;
  readonly commandTimeout: number;
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

/** An error reply of the server. */
interface ReplyError extends Error {
  readonly name: 'ReplyError';
}

/** Translates an error of ioredis (rule ER-4); returns an error of this package unchanged. */
export function toBackendError(error: unknown, call: FailedCall): Error {
  if (isFsmStorageError(error)) return error;
  const cause = withoutSecrets(error);
  const server = `Redis at ${call.address}`;
  if (isReplyError(error)) {
    const code = replyCode(error);
    const text = `${server} rejected the command with ${code}; nothing was changed.${adviceFor(code)}`;
    const scope = CALL_CODES.has(code) ? 'call' : 'backend';
    return new StorageUnavailableError(text, { outcome: 'not-applied', scope, cause });
  }
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
  if (wasNeverSent(error)) {
    return new StorageUnavailableError(`${server} is not connected; the command was not sent. Try again later.`, {
      outcome: 'not-applied',
      cause,
    });
  }
  const outcome = outcomeOf(call.effect);
  const advice = outcome === 'unknown' ? ' The write may have been applied: read before you try again.' : '';
  if (isLate(error)) {
    const text = `${server} did not reply within ${call.commandTimeout} ms (commandTimeout).${advice}`;
    return new StorageTimeoutError(text, { outcome, cause });
  }
  return new StorageUnavailableError(`${server}: the connection broke before the reply arrived.${advice}`, {
    outcome,
    cause,
  });
}

const ONE_OF_MANY = 'If `url` or `connection` is one node of a cluster, use `cluster` instead.';
const ELSEWHERE = `The key belongs to another node. ${ONE_OF_MANY} Otherwise that node does not respond: see \`redis-cli --cluster check\`.`;
const PASSWORDS = 'Check the user and the password; they must be the same on every node of a cluster.';

/** What to do about an error reply, by its code. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['OOM', 'Its memory is full: raise maxmemory, or give states a TTL.'],
  ['READONLY', 'It is a replica: connect to the master; if the master may change, use sentinels or a cluster.'],
  ['MASTERDOWN', 'It is a replica that has lost its master: connect to the master.'],
  ['LOADING', 'It is still loading its data: try again later.'],
  [
    'CLUSTERDOWN',
    'Some slots have no master: see `redis-cli --cluster check`, and try again when a replica has taken over.',
  ],
  ['TRYAGAIN', 'The slot is moving to another master: try again later.'],
  ['MOVED', ELSEWHERE],
  ['ASK', ELSEWHERE],
  ['CROSSSLOT', ONE_OF_MANY],
  ['WRONGPASS', PASSWORDS],
  ['NOAUTH', PASSWORDS],
  ['NOREPLICAS', 'Too few of its replicas are connected (min-replicas-to-write): check the replicas.'],
]);

/** With these codes a server rejects one kind of command and still executes others, e.g. reads when its memory is full. */
const CALL_CODES: ReadonlySet<string> = new Set(['OOM', 'NOPERM', 'WRONGTYPE', 'CROSSSLOT', 'NOREPLICAS']);

function adviceFor(code: string): string {
  const advice = ADVICE.get(code);
  return advice === undefined ? '' : ` ${advice}`;
}

/** Reported once at start if the server may drop states. */
export function evictionWarning(address: string, policy: string): Error {
  const text =
    `Redis at ${address} drops keys, including states and counters, when its memory is full (maxmemory-policy ${policy}). ` +
    'Set maxmemory-policy to noeviction: then a write fails when the memory is full.';
  return new StorageUnavailableError(text, { outcome: 'not-applied' });
}

/** Translates the error of a failed start. */
export function toStartError(error: unknown, address: string): Error {
  if (error instanceof WrongServerError) {
    return new StorageUnavailableError(`Redis at ${address} ${error.message}.`, { outcome: 'not-applied' });
  }
  const failure = describeFailure(error);
  const message = isReplyError(error)
    ? `Redis at ${address} rejects the connection: ${failure}. Check the user, the password and the database.`
    : `Redis at ${address} cannot be reached: ${failure}. Check that it runs there.`;
  return new StorageUnavailableError(message, { outcome: 'not-applied', cause: withoutSecrets(error) });
}

/** Translates an error of the connection that no caller waits for. */
export function toConnectionError(error: unknown, address: string): Error {
  return new StorageUnavailableError(`Redis at ${address}: the connection failed with ${describeFailure(error)}.`, {
    outcome: 'not-applied',
    cause: withoutSecrets(error),
  });
}

/** Whether the server rejected the SELECT that ioredis sends when it connects. */
export function isSelectRejected(error: unknown): boolean {
  return isReplyError(error) && 'command' in error && commandName(error.command) === 'select';
}

function commandName(command: unknown): unknown {
  return typeof command === 'object' && command !== null && 'name' in command ? command.name : undefined;
}

/** Whether an error is an error reply of the server, and, if a code is given, one with this code. */
export function isReplyError(error: unknown, code?: string): error is ReplyError {
  return types.isNativeError(error) && error.name === 'ReplyError' && (code === undefined || replyCode(error) === code);
}

/** The first word of an error reply is its code. The rest may quote the command and its data. */
function replyCode(error: Error): string {
  return /^[A-Z]+\b/.exec(error.message)?.[0] ?? 'ERR';
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

function describeFailure(error: unknown): string {
  if (!types.isNativeError(error)) return 'a value that is not an Error';
  if (isReplyError(error)) return replyCode(error);
  if (error instanceof LateReplyError || error instanceof NotConnectedError) return error.message;
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
function withoutSecrets(error: unknown): unknown {
  if (!types.isNativeError(error)) return undefined;
  if (!('command' in error) && !isReplyError(error)) return error;
  const copy = new Error(error.message.replace(/,? with args beginning with.*/s, ''));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = error.stack.replace(error.message, copy.message);
  return copy;
}
