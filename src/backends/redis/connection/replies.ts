import { describeValue } from '../../../toolkit/describe-value.js';
import { QueuedCommandError, UnexpectedReplyError } from './redis-errors.js';

/**
 * Whether a reply says that the command waits in a transaction. A string can have the same text, but only the app's client
 * can be inside a transaction.
 */
export function isQueued(reply: unknown): boolean {
  return reply === 'QUEUED' || (Buffer.isBuffer(reply) && reply.equals(QUEUED));
}

const QUEUED = Buffer.from('QUEUED');

/** The error for a reply that a command cannot have; contains its type, never its text. */
export function unexpectedReply(expected: string, reply: unknown): Error {
  if (isQueued(reply)) return new QueuedCommandError('the reply is QUEUED');
  return new UnexpectedReplyError(`expected ${expected} as the reply, got ${describeValue(reply)}`);
}

/**
 * A whole number. Some clients return numbers as strings (`stringNumbers`).
 * @throws UnexpectedReplyError
 */
export function toInteger(reply: unknown): number {
  const isInteger = typeof reply === 'string' ? /^-?\d{1,16}$/.test(reply) : typeof reply === 'number';
  const value = isInteger ? Number(reply) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw unexpectedReply('a whole number', reply);
  return value;
}

/**
 * Whether something was there: 0 or 1.
 * @throws UnexpectedReplyError
 */
export function toFlag(reply: unknown): boolean {
  const value = toInteger(reply);
  if (value !== 0 && value !== 1) throw unexpectedReply('0 or 1', reply);
  return value === 1;
}

/**
 * A text; null: there is no entry.
 * @throws UnexpectedReplyError
 */
export function toText(reply: unknown): string | null {
  if (typeof reply === 'string' || reply === null) return reply;
  throw unexpectedReply('a text or nil', reply);
}

/** Whether a reply is the number 1. */
export function isOne(reply: unknown): boolean {
  return reply === 1 || reply === '1';
}

/**
 * A list.
 * @throws UnexpectedReplyError
 */
export function toList(reply: unknown, length?: number): readonly unknown[] {
  if (Array.isArray(reply) && (length === undefined || reply.length === length)) return reply;
  throw unexpectedReply(length === undefined ? 'a list' : `a list of ${length}`, reply);
}
