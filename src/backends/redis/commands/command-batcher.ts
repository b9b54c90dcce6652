import type { StorageKey } from '../../../contract/storage-driver.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { RedisKeys } from '../redis-key.js';
import { afterMicrotasks } from '../../../toolkit/event-loop.js';
import { createBatch } from './command-batch.js';
import { type Caller, type EncodedArguments, type EntryCommand, PendingCommand } from './entry-command.js';

/** A batch of this size keeps the server busy for well under a millisecond. */
const MAX_COMMANDS = 128;
const MAX_CHARACTERS = 128 * 1024;

/**
 * Sends all commands of one turn of the event loop in as few Redis commands as possible: the time that ioredis takes depends
 * on the number of commands, hardly on their bytes. A command that is alone in its turn is sent plainly and without delay.
 *
 * Reads and writes keep their order.
 */
export class CommandBatcher {
  readonly #connection: RedisConnection;
  readonly #keys: RedisKeys;
  #pending: PendingCommand[] = [];
  readonly #flush = (): void => this.#sendAll();

  constructor(connection: RedisConnection, keys: RedisKeys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  /** Runs a command on one entry. */
  run<Arguments extends readonly unknown[], Result>(
    command: EntryCommand<Arguments, Result>,
    key: StorageKey,
    ...commandArguments: Arguments
  ): Promise<Result> {
    const encoded = command.encode(...commandArguments);
    return new Promise((resolve, reject) => this.#add(command, key, encoded, { resolve, reject }));
  }

  /** Runs a command on many entries. Resolves with all results in order, or rejects with the first error. */
  runAll<Result>(command: EntryCommand<readonly [], Result>, keys: readonly StorageKey[]): Promise<Result[]> {
    const encoded = command.encode();
    // One promise for all: a promise per entry costs more than the rest of this function.
    return new Promise((resolve, reject) => {
      const results = new Array<Result>(keys.length);
      let missing = keys.length;
      if (missing === 0) resolve(results);
      for (const [index, key] of keys.entries()) {
        const resolveOne = (result: Result): void => {
          results[index] = result;
          missing -= 1;
          if (missing === 0) resolve(results);
        };
        this.#add(command, key, encoded, { resolve: resolveOne, reject });
      }
    });
  }

  #add<Result>(
    command: EntryCommand<never, Result>,
    key: StorageKey,
    encoded: EncodedArguments,
    caller: Caller<Result>,
  ): void {
    const pending = new PendingCommand(this.#connection, command, key, this.#keys.of(key), encoded, caller);
    // Flush after all microtasks, so that callers resumed by the same reply can join this batch.
    if (this.#pending.push(pending) === 1) afterMicrotasks(this.#flush);
  }

  #sendAll(): void {
    const commands = this.#pending;
    this.#pending = [];
    if (commands.length === 1 || this.#connection.isSplit) {
      for (const command of commands) this.#connection.deliver(command);
      return;
    }
    for (let start = 0; start < commands.length;) {
      const end = endOfBatch(commands, start);
      this.#connection.deliver(createBatch(this.#connection, commands.slice(start, end)));
      start = end;
    }
  }
}

/** The index after the last command of a batch. One command may be longer than the limit, several together may not. */
function endOfBatch(commands: readonly PendingCommand[], start: number): number {
  const limit = Math.min(commands.length, start + MAX_COMMANDS);
  let characters = 0;
  let end = start;
  for (; end < limit; end += 1) {
    characters += lengthOf(commands[end]);
    if (characters > MAX_CHARACTERS && end > start) break;
  }
  return end;
}

function lengthOf(pending: PendingCommand | undefined): number {
  if (pending === undefined) return 0;
  const { redisKey, encoded } = pending;
  return redisKey.length + (encoded[1]?.length ?? 0) + (encoded[2]?.length ?? 0);
}
