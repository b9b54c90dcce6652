import type { RedisConnection } from '../connection/redis-connection.js';
import type { Delivery } from '../connection/session.js';
import { toInteger, toList } from '../connection/replies.js';
import { isCommandRefused, isReplyError } from '../connection/reply-errors.js';
import type { WriteReply } from '../connection/replica-confirmation.js';
import { createBatchScript } from '../scripts/batch.lua.js';
import type { PendingCommand } from './entry-command.js';
import { entryCommands } from './entry-commands.js';

const { read, write } = entryCommands;

/** The script that runs any of `entryCommands` as its rows. */
export const BATCH = createBatchScript(new Set(Object.values(entryCommands).map(({ verb }) => verb)));

/** Combines commands into one Redis command that has a reply for each of them. */
export function createBatch(connection: RedisConnection, commands: readonly PendingCommand[]): Delivery {
  const [first] = commands;
  if (first !== undefined && commands.length === 1) return first;
  if (commands.every(({ command }) => command.verb === read.verb)) return createReadBatch(connection, commands);
  return commands.every(isPlainWrite)
    ? createWriteBatch(connection, commands)
    : createScriptBatch(connection, commands);
}

function isPlainWrite({ command, encoded }: PendingCommand): boolean {
  return command === write && encoded[0] === 'never';
}

/** Writes of texts that never expire are one MSET, which costs the server a quarter of what a script costs. */
function createWriteBatch(connection: RedisConnection, commands: readonly PendingCommand[]): Delivery {
  return {
    send: ({ client }) => client.mset(commands.flatMap(({ redisKey, encoded }) => [redisKey, encoded[1] ?? ''])),
    succeed: (reply, write) => {
      for (const command of commands) command.succeed(reply, write);
    },
    fail: (error) => failAll(connection, commands, error),
  };
}

function createScriptBatch(connection: RedisConnection, commands: readonly PendingCommand[]): Delivery {
  return {
    send: ({ scripts }) => scripts.run(BATCH, toBatchArguments(commands)),
    succeed: (replies, write) => {
      const rows = toList(replies, commands.length);
      commands.forEach((command, row) => settle(connection, command, rows[row], write));
    },
    fail: (error) => failAll(connection, commands, error),
  };
}

/** Reads of texts are one MGET, which costs the server a third of what a script costs. */
function createReadBatch(connection: RedisConnection, commands: readonly PendingCommand[]): Delivery {
  return {
    send: ({ client }) => client.mget(commands.map(({ redisKey }) => redisKey)),
    succeed: (replies) => {
      const texts = toList(replies, commands.length);
      const isMissing = (row: number): boolean => typeof texts[row] !== 'string';
      commands.forEach((command, row) => isMissing(row) || command.succeed(texts[row]));
      const missing = commands.filter((_, row) => isMissing(row));
      if (missing.length > 0) connection.deliver(createExistenceCheck(connection, missing));
    },
    fail: (error) => failAll(connection, commands, error),
  };
}

/**
 * MGET returns nil both for a missing key and for a value of another type. One EXISTS confirms that all keys are missing;
 * otherwise each is read alone, and the server reports the type.
 */
function createExistenceCheck(connection: RedisConnection, commands: readonly PendingCommand[]): Delivery {
  return {
    send: ({ client }) => client.exists(commands.map(({ redisKey }) => redisKey)),
    succeed: (count) => {
      if (toInteger(count) > 0) deliverEach(connection, commands);
      else for (const command of commands) command.succeed(null);
    },
    fail: (error) => failAll(connection, commands, error),
  };
}

function settle(connection: RedisConnection, command: PendingCommand, reply: unknown, write?: WriteReply): void {
  if (!isReplyError(reply)) return command.succeed(reply, write);
  connection.handleRowError(reply);
  command.reject(reply);
}

/** A batch that the server rejects as a whole is not applied. If one key or command may be the reason, each is sent alone. */
function failAll(connection: RedisConnection, commands: readonly PendingCommand[], error: unknown): void {
  const isCrossSlot = isReplyError(error, 'CROSSSLOT');
  if (isCrossSlot) connection.isSplit = true;
  if (isCrossSlot || isCommandRefused(error)) return deliverEach(connection, commands);
  for (const command of commands) command.reject(error);
}

function deliverEach(connection: RedisConnection, commands: readonly PendingCommand[]): void {
  for (const command of commands) connection.deliver(command);
}

/** The number of keys, the keys, and runs of rows that differ only in key and row arguments, as `BATCH` takes them. */
function toBatchArguments(commands: readonly PendingCommand[]): string[] {
  const argv = [`${commands.length}`];
  for (const { redisKey } of commands) argv.push(redisKey);
  let countIndex = 0;
  let count = 0;
  let previous: PendingCommand | undefined;
  for (const pending of commands) {
    const { argumentsPerRow, verb } = pending.command;
    const [deadline, first = '', second = ''] = pending.encoded;
    if (previous === undefined || !isSameRun(previous, pending)) {
      if (count > 0) argv[countIndex] = `${count}`;
      countIndex = argv.push(verb.name, deadline, argumentsPerRow > 0 ? '' : first, `${argumentsPerRow}`, '') - 1;
      count = 0;
      previous = pending;
    }
    count += 1;
    if (argumentsPerRow > 0) argv.push(first);
    if (argumentsPerRow > 1) argv.push(second);
  }
  argv[countIndex] = `${count}`;
  return argv;
}

function isSameRun({ command, encoded }: PendingCommand, next: PendingCommand): boolean {
  if (command !== next.command || encoded[0] !== next.encoded[0]) return false;
  return command.argumentsPerRow > 0 || encoded[1] === next.encoded[1];
}
