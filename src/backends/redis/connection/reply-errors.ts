import { types } from 'node:util';
import type { FailureScope } from '../../../errors/backend-errors.js';
import { explainMissingRight, isUnknownCommand } from './access-rights.js';

/** An error reply of the server. */
export interface ReplyError extends Error {
  readonly name: 'ReplyError';
}

/** What an error reply means. */
export interface Refusal {
  readonly scope: FailureScope;
  /** What to do about it; may be empty. */
  readonly advice: string;
  /** Whether waiting cannot help. */
  readonly isPermanent?: boolean;
}

interface KnownReply extends Refusal {
  readonly message: RegExp;
}

const ONE_OF_MANY = 'If `url` or `connection` is one node of a cluster, use `cluster` instead.';
const ELSEWHERE = `The key belongs to another node. ${ONE_OF_MANY} Otherwise that node does not respond: see \`redis-cli --cluster check\`.`;
const HASH_TAG = "A hash tag, e.g. `prefix: '{fsm}'`, stores all keys in one slot.";
const PASSWORDS = 'Check the user and the password; they must be the same on every node of a cluster.';
const UNSERVED =
  'Some slots have no master: see `redis-cli --cluster check`, and try again when a replica has taken over.';

/**
 * Error replies by the start of their message. Those with the scope `backend` reject nearly every command, those with
 * `command` one kind, e.g. writes, and those with `call` only this key or this value. The first match counts.
 */
const KNOWN: readonly KnownReply[] = [
  {
    message: /^MISCONF/,
    scope: 'command',
    advice:
      'It cannot save its data to disk, so it rejects writes (stop-writes-on-bgsave-error): see its log, free disk space ' +
      'and check that it may write to its folder.',
  },
  {
    message: /^OOM/,
    scope: 'command',
    advice: 'Its memory is full: raise maxmemory, or give states a TTL.',
  },
  {
    message: /^READONLY/,
    scope: 'command',
    advice: 'It is a replica: connect to the master; if the master may change, use sentinels or a cluster.',
  },
  {
    message: /^NOREPLICAS/,
    scope: 'command',
    advice: 'Too few of its replicas are connected (min-replicas-to-write): check the replicas.',
  },
  {
    message: /^MASTERDOWN/,
    scope: 'backend',
    advice: 'It is a replica that has lost its master: connect to the master.',
  },
  { message: /^LOADING/, scope: 'backend', advice: 'It is still loading its data: try again later.' },
  {
    message: /^BUSY\b/,
    scope: 'backend',
    advice: "Another program's script blocks it: wait, or end the script with SCRIPT KILL.",
  },
  { message: /^CLUSTERDOWN.*only accepts read/, scope: 'command', advice: UNSERVED },
  { message: /^CLUSTERDOWN Hash slot/, scope: 'command', advice: UNSERVED },
  { message: /^CLUSTERDOWN/, scope: 'backend', advice: UNSERVED },
  { message: /^TRYAGAIN/, scope: 'command', advice: 'The slot is moving to another master: try again later.' },
  { message: /^(MOVED|ASK)\b/, scope: 'command', advice: ELSEWHERE },
  { message: /^CROSSSLOT/, scope: 'command', advice: `${ONE_OF_MANY} ${HASH_TAG}` },
  {
    message: /^(WRONGPASS|NOAUTH|ERR invalid (username-)?password|ERR AUTH)/,
    scope: 'backend',
    advice: PASSWORDS,
    isPermanent: true,
  },
  {
    message: /^DENIED/,
    scope: 'backend',
    advice: 'It is in protected mode: give it a password, or bind it to the right addresses.',
    isPermanent: true,
  },
  {
    message: /^ERR max number of clients/,
    scope: 'backend',
    advice: 'It has as many connections as its maxclients allows: raise maxclients, or close connections.',
  },
  {
    message: /^ERR (DB index is out of range|invalid DB index)/i,
    scope: 'backend',
    advice: 'Check the number of the database: it must be less than `databases` in the configuration of the server.',
    isPermanent: true,
  },
  {
    message: /^ERR SELECT is not allowed/,
    scope: 'backend',
    advice: 'A cluster has only database 0: leave out the number of the database.',
    isPermanent: true,
  },
  {
    message: /^ERR This instance has cluster support disabled/,
    scope: 'backend',
    advice: 'It is not part of a cluster: use `url` or `connection` instead of `cluster`.',
    isPermanent: true,
  },
  {
    message: /^ERR Can't execute .* allowed in this context/,
    scope: 'command',
    advice: 'The client of the app listens to channels (SUBSCRIBE): give the storage a client that nothing else uses.',
  },
  { message: /^WRONGTYPE/, scope: 'call', advice: '' },
  {
    message: /^ERR (string exceeds maximum|Protocol error: invalid bulk length)/,
    scope: 'call',
    advice: 'The value is larger than the server accepts (proto-max-bulk-len).',
  },
];

/**
 * Explains an error reply. An unknown one has the scope `command`: the server responded, and may execute other commands.
 * @param keyPrefix - that of the client
 */
export function explainReply(error: ReplyError, keyPrefix = ''): Refusal {
  const known = KNOWN.find(({ message }) => message.test(error.message));
  if (known !== undefined) return known;
  const missingRight = explainMissingRight(error, keyPrefix);
  return { scope: 'command', advice: missingRight ?? '', isPermanent: missingRight !== undefined };
}

/** Whether an error is an error reply of the server, and, if a code is given, one with this code. */
export function isReplyError(error: unknown, code?: string): error is ReplyError {
  return types.isNativeError(error) && error.name === 'ReplyError' && (code === undefined || replyCode(error) === code);
}

/** The first word of an error reply is its code. The rest may quote the command and its data. */
export function replyCode(error: Error): string {
  return /^[A-Z]+\b/.exec(error.message)?.[0] ?? 'ERR';
}

/** Whether the server does not execute this command for this user, whatever its keys: another command may do. */
export function isCommandRefused(error: unknown): error is ReplyError {
  return isReplyError(error, 'NOPERM') || (isReplyError(error) && isUnknownCommand(error));
}
