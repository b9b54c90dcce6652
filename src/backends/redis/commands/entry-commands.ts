import type { StorageKey } from '../../../contract/storage-driver.js';
import { corruptEntry } from '../../../errors/outcome-errors.js';
import { isOne, toFlag, toInteger, toList, toText, unexpectedReply } from '../connection/replies.js';
import { COMPARE_AND_DELETE } from '../scripts/compare-and-delete.lua.js';
import { COMPARE_AND_SET } from '../scripts/compare-and-set.lua.js';
import { EXISTS } from '../scripts/exists.lua.js';
import { EXPIRE } from '../scripts/expire.lua.js';
import { INCREMENT_KEEPING_DEADLINE } from '../scripts/increment-keeping-deadline.lua.js';
import { INCREMENT } from '../scripts/increment.lua.js';
import type { LuaVerb } from '../scripts/lua-script.js';
import { READ_TTL } from '../scripts/read-ttl.lua.js';
import { READ } from '../scripts/read.lua.js';
import { REMOVE } from '../scripts/remove.lua.js';
import { SET_IF_ABSENT } from '../scripts/set-if-absent.lua.js';
import { WRITE_KEEPING_DEADLINE } from '../scripts/write-keeping-deadline.lua.js';
import { WRITE } from '../scripts/write.lua.js';
import type { EncodedArguments, EntryCommand } from './entry-command.js';

/** Milliseconds until the entry expires; `never`; or `keep`: a live entry keeps its deadline, a new one gets none. */
export type RedisDeadline = number | 'never' | 'keep';

/** A text to write. */
interface TextToWrite<Deadline extends RedisDeadline> {
  readonly text: string;
  readonly deadline: Deadline;
}

/** A whole number to add to a counter. */
interface AmountToAdd<Deadline extends RedisDeadline> {
  readonly amount: number;
  readonly deadline: Deadline;
}

/** Whether the expected text was stored and is now replaced; if another text is stored, that text. */
export type ComparedResult = boolean | { readonly found: string };

const TOTAL_EXPECTED = 'a whole number within ±(2^53 − 1)';
const TOTAL = /^(0|-?[1-9]\d*)$/;
const NO_ARGUMENTS: EncodedArguments = [''];

/** Reads a state. */
const read: EntryCommand<[], string | null> = {
  effect: 'read',
  verb: READ,
  argumentsPerRow: 0,
  encode: () => NO_ARGUMENTS,
  sendAlone: ({ client }, redisKey) => client.get(redisKey),
  hasChanged: never,
  parseReply: toText,
};
/** Reads the total of a counter. */
const readTotal: EntryCommand<[], number | null> = { ...read, parseReply: toTotal };
/** Reads the milliseconds until an entry expires. null: it never does; undefined: there is no entry. */
const readTtl: EntryCommand<[], number | null | undefined> = {
  ...read,
  verb: READ_TTL,
  sendAlone: ({ client }, redisKey) => client.pttl(redisKey),
  parseReply: toTtl,
};
/** Checks whether there is a state. */
const exists: EntryCommand<[], boolean> = {
  ...read,
  verb: EXISTS,
  sendAlone: ({ client }, redisKey) => client.exists(redisKey),
  parseReply: toFlag,
};
/** Writes a state. Alone it is a plain SET, which has the same effect when it is applied twice. */
const write: EntryCommand<[TextToWrite<RedisDeadline>], void> = {
  effect: 'write',
  verb: WRITE,
  argumentsPerRow: 1,
  encode: ({ text, deadline }) => [`${deadline}`, text],
  sendAlone: ({ client }, redisKey, [deadline, text = '']) =>
    client.call('set', [redisKey, text, ...toSetOptions(deadline)]),
  hasChanged: always,
  parseReply: assertDone,
};
/** Sets or removes the deadline of an entry. Alone, PEXPIRE has the same effect when it is applied twice. */
const expire: EntryCommand<[{ readonly deadline: number | 'never' }], boolean> = {
  effect: 'write',
  verb: EXPIRE,
  argumentsPerRow: 0,
  encode: ({ deadline }) => [`${deadline}`],
  sendAlone: (session, redisKey, encoded) =>
    encoded[0] === 'never' ? persist(session, redisKey, encoded) : session.client.pexpire(redisKey, encoded[0]),
  hasChanged: isOne,
  parseReply: toFlag,
};
const persist = createScriptSender(EXPIRE);

/** Writes a state. A live one keeps its deadline, a new one gets the given deadline. */
const writeKeepingDeadline = createScriptCommand<[TextToWrite<number>], void>({
  verb: WRITE_KEEPING_DEADLINE,
  argumentsPerRow: 1,
  encode: ({ text, deadline }) => [`${deadline}`, text],
  hasChanged: always,
  parseReply: assertDone,
});
/** Writes a state if there is none. */
const setIfAbsent = createScriptCommand<[TextToWrite<number | 'never'>], boolean>({
  verb: SET_IF_ABSENT,
  argumentsPerRow: 1,
  encode: ({ text, deadline }) => [`${deadline}`, text],
  hasChanged: isOne,
  parseReply: toFlag,
});
/** Replaces a state if its text is the expected one. */
const compareAndSet = createScriptCommand<
  [{ readonly expected: string; readonly replacement: string; readonly deadline: RedisDeadline }],
  ComparedResult
>({
  verb: COMPARE_AND_SET,
  argumentsPerRow: 2,
  encode: ({ expected, replacement, deadline }) => [`${deadline}`, expected, replacement],
  hasChanged: isOne,
  parseReply: toComparedResult,
});
/** Removes a state if its text is the expected one. */
const compareAndDelete = createScriptCommand<[{ readonly expected: string }], ComparedResult>({
  verb: COMPARE_AND_DELETE,
  argumentsPerRow: 1,
  encode: ({ expected }) => ['', expected],
  hasChanged: isOne,
  parseReply: toComparedResult,
});
/** Removes a state or counter. */
const remove = createScriptCommand<[], boolean>({
  verb: REMOVE,
  argumentsPerRow: 0,
  encode: () => NO_ARGUMENTS,
  hasChanged: isOne,
  parseReply: toFlag,
});
/** Adds to a counter and sets its deadline. Most increments add the same amount, so the rows of a run share it. */
const increment = createScriptCommand<[AmountToAdd<RedisDeadline>], number | 'overflow'>({
  verb: INCREMENT,
  argumentsPerRow: 0,
  encode: ({ amount, deadline }) => [`${deadline}`, `${amount}`],
  hasChanged: isCounted,
  parseReply: toNewTotal,
});
/** Adds to a counter. A live one keeps its deadline, a new one gets the given deadline. */
const incrementKeepingDeadline = createScriptCommand<[AmountToAdd<number>], number | 'overflow'>({
  verb: INCREMENT_KEEPING_DEADLINE,
  argumentsPerRow: 0,
  encode: ({ amount, deadline }) => [`${deadline}`, `${amount}`],
  hasChanged: isCounted,
  parseReply: toNewTotal,
});

/** Every command on one entry. The batch script is built from this list. */
export const entryCommands = {
  read,
  readTotal,
  readTtl,
  exists,
  write,
  writeKeepingDeadline,
  setIfAbsent,
  compareAndSet,
  compareAndDelete,
  remove,
  expire,
  increment,
  incrementKeepingDeadline,
};

/** A write that must not be applied twice, and so is a script even when it is sent alone (see `ScriptRunner`). */
function createScriptCommand<Arguments extends readonly unknown[], Result>(
  command: Omit<EntryCommand<Arguments, Result>, 'effect' | 'sendAlone'>,
): EntryCommand<Arguments, Result> {
  return { ...command, effect: 'write', sendAlone: createScriptSender(command.verb) };
}

function createScriptSender({ script }: LuaVerb): EntryCommand<never, unknown>['sendAlone'] {
  return ({ scripts }, redisKey, encoded) => scripts.run(script, ['1', redisKey, ...encoded]);
}

function toSetOptions(deadline: string): readonly string[] {
  if (deadline === 'never') return [];
  return deadline === 'keep' ? ['KEEPTTL'] : ['PX', deadline];
}

function never(): boolean {
  return false;
}

function always(): boolean {
  return true;
}

/**
 * The reply of a write that always succeeds: `OK` of a command, 1 of a script.
 * @throws UnexpectedReplyError
 */
function assertDone(reply: unknown): void {
  if (reply !== 'OK' && !isOne(reply)) throw unexpectedReply('OK', reply);
}

function toTotal(reply: unknown, key: StorageKey): number | null {
  const text = toText(reply);
  if (text === null) return null;
  const total = Number(text);
  if (!isCounterText(text) || !Number.isSafeInteger(total)) throw corruptEntry(key, TOTAL_EXPECTED);
  return total;
}

/** Whether a text is a total as Redis stores counters. */
export function isCounterText(text: string): boolean {
  return TOTAL.test(text);
}

function toTtl(reply: unknown): number | null | undefined {
  const ttlMs = toInteger(reply);
  if (ttlMs === -2) return undefined;
  return ttlMs === -1 ? null : ttlMs;
}

function toComparedResult(reply: unknown): ComparedResult {
  if (!Array.isArray(reply)) return toFlag(reply);
  const [found] = toList(reply, 1);
  if (typeof found !== 'string') throw unexpectedReply('a list of one text', reply);
  return { found };
}

function isCounted(reply: unknown): boolean {
  return reply !== 'corrupt' && reply !== 'overflow';
}

function toNewTotal(reply: unknown, key: StorageKey): number | 'overflow' {
  if (reply === 'corrupt') throw corruptEntry(key, TOTAL_EXPECTED);
  return reply === 'overflow' ? reply : toInteger(reply);
}
