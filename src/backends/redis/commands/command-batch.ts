import type { EntryCall } from './entry-command.js';
import type { Delivery, RedisConnection } from '../connection/redis-connection.js';
import { isReplyError, LostReplyError } from '../connection/redis-errors.js';
import type { WriteReply } from '../connection/replica-confirmation.js';
import { BATCH } from '../scripts/batch.lua.js';
import { verbs } from './entry-commands.js';

/** Calls as one command, which answers each for itself. */
export function createBatch(connection: RedisConnection, calls: readonly EntryCall[]): Delivery {
  const [first] = calls;
  if (first !== undefined && calls.length === 1) return first;
  if (calls.every(({ verb }) => verb.script === verbs.read.script)) return createReadBatch(connection, calls);
  return calls.every(isPlainWrite) ? createWriteBatch(connection, calls) : createScriptBatch(connection, calls);
}

function isPlainWrite({ verb, request }: EntryCall): boolean {
  return verb === verbs.write && request.deadline === 'never';
}

/** Writes of texts that never expire go as MSET, which costs the server a quarter of what a script costs. */
function createWriteBatch(connection: RedisConnection, calls: readonly EntryCall[]): Delivery {
  return {
    send: ({ client }) => client.mset(calls.flatMap(({ request }) => [request.name, request.first])),
    succeed: (reply, write) => {
      for (const call of calls) call.succeed(reply, write);
    },
    fail: (error) => failAll(connection, calls, error),
  };
}

function createScriptBatch(connection: RedisConnection, calls: readonly EntryCall[]): Delivery {
  const fail = (error: unknown): void => failAll(connection, calls, error);
  return {
    fail,
    send: ({ scripts }) => scripts.run(BATCH, toArguments(calls)),
    succeed: (replies, write) => {
      if (!Array.isArray(replies)) return fail(new LostReplyError('the answer is no list'));
      calls.forEach((call, row) => settle(connection, call, replies[row], write));
    },
  };
}

/** Reads of texts go as MGET, which costs the server a third of what a script costs. */
function createReadBatch(connection: RedisConnection, calls: readonly EntryCall[]): Delivery {
  const fail = (error: unknown): void => failAll(connection, calls, error);
  return {
    fail,
    send: ({ client }) => client.mget(calls.map(({ request }) => request.name)),
    succeed: (replies) => {
      if (!Array.isArray(replies)) return fail(new LostReplyError('the answer is no list'));
      const texts: readonly unknown[] = replies;
      const isMissing = (row: number): boolean => typeof texts[row] !== 'string';
      calls.forEach((call, row) => isMissing(row) || call.succeed(texts[row]));
      const missing = calls.filter((_, row) => isMissing(row));
      if (missing.length > 0) connection.deliver(createSecondLook(connection, missing));
    },
  };
}

/** MGET answers nil both for nothing and for a value of another type. One EXISTS tells where all is nothing. */
function createSecondLook(connection: RedisConnection, calls: readonly EntryCall[]): Delivery {
  return {
    send: ({ client }) => client.exists(calls.map(({ request }) => request.name)),
    succeed: (found) => {
      if (Number(found) > 0) deliverEach(connection, calls);
      else for (const call of calls) call.succeed(null);
    },
    fail: (error) => failAll(connection, calls, error),
  };
}

function settle(connection: RedisConnection, call: EntryCall, reply: unknown, write?: WriteReply): void {
  if (!isReplyError(reply)) return call.succeed(reply, write);
  connection.heed(reply);
  call.fail(reply);
}

/** What is refused as a whole has not been applied. Where one key or command may be the reason, each is tried alone. */
function failAll(connection: RedisConnection, calls: readonly EntryCall[], error: unknown): void {
  if (isReplyError(error, 'NOPERM')) return deliverEach(connection, calls);
  for (const call of calls) call.fail(error);
}

function deliverEach(connection: RedisConnection, calls: readonly EntryCall[]): void {
  for (const call of calls) connection.deliver(call);
}

/** The keys, and runs of calls that differ in nothing but key and texts, as `BATCH` takes them. */
function toArguments(calls: readonly EntryCall[]): string[] {
  const argv = [`${calls.length}`];
  for (const { request } of calls) argv.push(request.name);
  let countAt = 0;
  let count = 0;
  let previous: EntryCall | undefined;
  for (const call of calls) {
    const { verb, request } = call;
    if (previous === undefined || !isOfOneRun(previous, call)) {
      if (count > 0) argv[countAt] = `${count}`;
      countAt =
        argv.push(
          verb.script.name,
          request.deadline,
          verb.textsOfRow > 0 ? '' : request.first,
          `${verb.textsOfRow}`,
          '',
        ) - 1;
      count = 0;
      previous = call;
    }
    count += 1;
    if (verb.textsOfRow > 0) argv.push(request.first);
    if (verb.textsOfRow > 1) argv.push(request.second);
  }
  argv[countAt] = `${count}`;
  return argv;
}

function isOfOneRun({ verb, request }: EntryCall, next: EntryCall): boolean {
  if (verb !== next.verb || request.deadline !== next.request.deadline) return false;
  return verb.textsOfRow > 0 || request.first === next.request.first;
}
