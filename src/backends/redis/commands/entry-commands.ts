import type { StorageKey } from '../../../contract/storage-driver.js';
import { corruptEntry } from '../../../toolkit/corrupt-entry.js';
import type { Verb } from './entry-command.js';
import { COMPARE_AND_DELETE } from '../scripts/compare-and-delete.lua.js';
import { COMPARE_AND_SET } from '../scripts/compare-and-set.lua.js';
import { EXISTS } from '../scripts/exists.lua.js';
import { EXPIRE } from '../scripts/expire.lua.js';
import { INCREMENT_KEEPING_DEADLINE } from '../scripts/increment-keeping-deadline.lua.js';
import { INCREMENT } from '../scripts/increment.lua.js';
import type { LuaVerb } from '../scripts/lua-verb.js';
import { READ_TTL } from '../scripts/read-ttl.lua.js';
import { READ } from '../scripts/read.lua.js';
import { REMOVE } from '../scripts/remove.lua.js';
import { SET_IF_ABSENT } from '../scripts/set-if-absent.lua.js';
import { WRITE_KEEPING_DEADLINE } from '../scripts/write-keeping-deadline.lua.js';
import { WRITE } from '../scripts/write.lua.js';

/** What a compare-and-set met: what it expected, nothing, or another text. */
export type Swap = boolean | { readonly found: string };

const TOTAL_EXPECTED = 'a whole number within ±(2^53 − 1)';
const WHOLE_NUMBER = /^(0|-?[1-9]\d*)$/;

/** Reads a state's text. */
const read: Verb<string | null> = {
  kind: 'read',
  script: READ,
  texts: 0,
  textsOfRow: 0,
  alone: ({ client }, { name }) => client.get(name),
  hasChanged: never,
  toAnswer: toText,
};
/** Reads a counter's total. */
const readTotal: Verb<number | null> = { ...read, toAnswer: toTotal };
/** Reads the milliseconds a state has left. */
const readTtl: Verb<number | null | undefined> = {
  kind: 'read',
  script: READ_TTL,
  texts: 0,
  textsOfRow: 0,
  alone: ({ client }, { name }) => client.pttl(name),
  hasChanged: never,
  toAnswer: toTtl,
};
/** Whether there is a state. */
const exists: Verb<boolean> = {
  kind: 'read',
  script: EXISTS,
  texts: 0,
  textsOfRow: 0,
  alone: ({ client }, { name }) => client.exists(name),
  hasChanged: never,
  toAnswer: isOne,
};
/** Writes a state. Alone it is a plain SET, which makes no difference when it is applied twice. */
const write: Verb<void> = {
  kind: 'write',
  script: WRITE,
  texts: 1,
  textsOfRow: 1,
  alone: ({ client }, { name, first, deadline }) => client.call('set', [name, first, ...toSetOptions(deadline)]),
  hasChanged: always,
  toAnswer: () => {},
};
/** Gives a state a deadline, or takes it away. */
const expire: Verb<boolean> = {
  kind: 'write',
  script: EXPIRE,
  texts: 0,
  textsOfRow: 0,
  alone: (session, request) =>
    request.deadline === 'never' ? persist(session, request) : session.client.pexpire(request.name, request.deadline),
  hasChanged: isOne,
  toAnswer: isOne,
};

/** All of them. What must not be applied twice is a script, alone too (see `ScriptRunner`). */
export const verbs = {
  ...{ read, readTotal, readTtl, exists, write, expire },
  writeKeepingDeadline: scripted(WRITE_KEEPING_DEADLINE, 1, always, () => {}),
  setIfAbsent: scripted(SET_IF_ABSENT, 1, isOne, isOne),
  compareAndSet: scripted(COMPARE_AND_SET, 2, isSwapped, toSwap),
  compareAndDelete: scripted(COMPARE_AND_DELETE, 1, isSwapped, toSwap),
  remove: scripted(REMOVE, 0, isOne, isOne),
  increment: counting(INCREMENT),
  incrementKeepingDeadline: counting(INCREMENT_KEEPING_DEADLINE),
};

const persist = aloneBy(EXPIRE, 0);

function scripted<T>(
  script: LuaVerb,
  texts: Verb<T>['texts'],
  hasChanged: Verb<T>['hasChanged'],
  toAnswer: Verb<T>['toAnswer'],
): Verb<T> {
  return { kind: 'write', script, texts, textsOfRow: texts, alone: aloneBy(script, texts), hasChanged, toAnswer };
}

/** Most increments add the same. */
function counting(script: LuaVerb): Verb<number | 'overflow'> {
  return { ...scripted(script, 1, isCounted, toNewTotal), textsOfRow: 0 };
}

function aloneBy({ alone }: LuaVerb, texts: Verb<unknown>['texts']): Verb<unknown>['alone'] {
  return ({ scripts }, { name, deadline, first, second }) => {
    const rest = ['1', name, deadline];
    if (texts > 0) rest.push(first);
    if (texts > 1) rest.push(second);
    return scripts.run(alone, rest);
  };
}

/** What SET is told about a deadline. */
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

function isOne(reply: unknown): boolean {
  return Number(reply) === 1; // Some clients give numbers as strings.
}

function toText(reply: unknown): string | null {
  return typeof reply === 'string' ? reply : null;
}

function toTotal(reply: unknown, key: StorageKey): number | null {
  const text = toText(reply);
  if (text === null) return null;
  const total = Number(text);
  if (!isWholeNumber(text) || !Number.isSafeInteger(total)) throw corruptEntry(key, TOTAL_EXPECTED);
  return total;
}

/** Whether a text is a number as counters are written. */
export function isWholeNumber(text: string): boolean {
  return WHOLE_NUMBER.test(text);
}

function toTtl(reply: unknown): number | null | undefined {
  const ttlMs = Number(reply);
  if (ttlMs === -2) return undefined;
  return ttlMs === -1 ? null : ttlMs;
}

function toSwap(reply: unknown): Swap {
  return Array.isArray(reply) ? { found: String(reply[0]) } : isOne(reply);
}

function isSwapped(reply: unknown): boolean {
  return toSwap(reply) === true;
}

function isCounted(reply: unknown): boolean {
  return reply !== 'corrupt' && reply !== 'overflow';
}

function toNewTotal(reply: unknown, key: StorageKey): number | 'overflow' {
  if (reply === 'corrupt') throw corruptEntry(key, TOTAL_EXPECTED);
  return reply === 'overflow' ? reply : Number(reply);
}
