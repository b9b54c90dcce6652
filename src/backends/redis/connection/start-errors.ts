import { types } from 'node:util';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import {
  describeFailure,
  LateReplyError,
  UnusableClientError,
  withoutSecrets,
  WrongServerError,
} from './redis-errors.js';
import { explainReply, isReplyError, replyCode, type ReplyError } from './reply-errors.js';

const CLOSED =
  'It accepted the connection and closed it before it replied: its port may expect TLS (`rediss://` or `tls`), or it has ' +
  'as many connections as its maxclients allows.';
const NO_TLS = 'Its port may not use TLS: leave out TLS (`redis://` instead of `rediss://`), or use the port for TLS.';
const NOT_RUNNING = 'Check that it runs there.';
const CERTIFICATE = 'Its certificate is not trusted here: pass the certificate of its authority as `tls: { ca }`.';

/** What to do about a failed connection, by the code or the message of the error. */
const SOCKET_ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/, NO_TLS],
  [/^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_|ERR_TLS_CERT_)/, CERTIFICATE],
  [/^(ECONNRESET|EPIPE|Connection is closed|Reached the max retries)/, CLOSED],
];

/**
 * Translates the error of a failed start.
 * @param isTls - whether the client uses TLS
 */
export function toStartError(error: unknown, address: string, isTls = false): Error {
  const cause = withoutSecrets(error);
  if (error instanceof WrongServerError) {
    return new StorageUnavailableError(`Redis at ${address} ${error.message}.`, { outcome: 'not-applied' });
  }
  if (error instanceof UnusableClientError) {
    const text = `Redis at ${address}: the client of the app ${error.message}.`;
    return new StorageUnavailableError(text, { outcome: 'not-applied', scope: 'command' });
  }
  const reply = replyIn(error);
  if (reply === undefined) {
    const text = `Redis at ${address} cannot be reached: ${describeFailure(error)}. ${adviceFor(error, isTls)}`;
    return new StorageUnavailableError(text, { outcome: 'not-applied', cause });
  }
  const { scope, advice, isPermanent = false } = explainReply(reply);
  const text = `Redis at ${address} rejects the connection with ${replyCode(reply)}. ${advice}`.trimEnd();
  return new StorageUnavailableError(text, { outcome: 'not-applied', scope, isPermanent, cause });
}

/** The error reply that is the reason of a failed connection, also of the last node of a cluster that was tried. */
function replyIn(error: unknown): ReplyError | undefined {
  if (isReplyError(error)) return error;
  if (!types.isNativeError(error) || !('lastNodeError' in error)) return undefined;
  return isReplyError(error.lastNodeError) ? error.lastNodeError : undefined;
}

function adviceFor(error: unknown, isTls: boolean): string {
  if (!types.isNativeError(error)) return '';
  const inner = 'lastNodeError' in error && error.lastNodeError !== error ? error.lastNodeError : undefined;
  if (inner !== undefined) return adviceFor(inner, isTls);
  const sign = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  const [, advice] = SOCKET_ADVICE.find(([pattern]) => pattern.test(sign)) ?? [];
  if (advice !== undefined) return advice;
  // A server without TLS waits for the rest of the command that it takes the handshake for.
  const isSilent = sign === 'ETIMEDOUT' || error instanceof LateReplyError;
  return isTls && isSilent ? `${NOT_RUNNING} ${NO_TLS}` : NOT_RUNNING;
}

/** Translates an error of the connection that no caller waits for. */
export function toConnectionError(error: unknown, address: string): Error {
  const text = `Redis at ${address}: the connection failed with ${describeFailure(error)}.`;
  return new StorageUnavailableError(text, { outcome: 'not-applied', cause: withoutSecrets(error) });
}

/** Reported once at start if the server may drop states. */
export function evictionWarning(address: string, policy: string): Error {
  const text =
    `Redis at ${address} drops keys, including states and counters, when its memory is full (maxmemory-policy ${policy}). ` +
    'Set maxmemory-policy to noeviction: then a write fails when the memory is full.';
  return new StorageUnavailableError(text, { outcome: 'not-applied' });
}
