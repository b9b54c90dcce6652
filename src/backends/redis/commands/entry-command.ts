import type { StorageKey } from '../../../contract/storage-driver.js';
import type { Effect } from '../../../errors/backend-errors.js';
import { corruptEntry } from '../../../errors/outcome-errors.js';
import { decodeText, hasReplacementCharacter } from '../../../toolkit/decoding.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { Delivery, Session } from '../connection/session.js';
import { QueuedCommandError } from '../connection/redis-errors.js';
import { toInteger } from '../connection/replies.js';
import { isReplyError } from '../connection/reply-errors.js';
import type { WriteReply } from '../connection/replica-confirmation.js';
import type { LuaVerb } from '../scripts/lua-script.js';

/** The arguments of a command as Redis receives them: the deadline (`''`: none) and the other parameters of its `LuaVerb`. */
export type EncodedArguments = readonly [deadline: string, ...others: string[]];

/** A command on one entry. `Arguments` are those of the caller, `Result` is what the caller gets. */
export interface EntryCommand<Arguments extends readonly unknown[], Result> {
  readonly effect: Effect;
  /** What the command does as a row of a batch. */
  readonly verb: LuaVerb;
  /**
   * How many arguments each row of a batch has. 0: all rows of a run share their argument, and a row with another argument
   * starts a new run.
   */
  readonly argumentsPerRow: 0 | 1 | 2;
  encode(...commandArguments: Arguments): EncodedArguments;
  /** Sends the command outside of a batch. */
  sendAlone(session: Session, redisKey: string, encoded: EncodedArguments): Promise<unknown>;
  /** Whether a reply says that an entry changed. Replicas need not confirm anything else. */
  hasChanged(reply: unknown): boolean;
  /**
   * Converts a reply, which is the same alone and in a batch.
   * @throws {@link CorruptStateError} if the entry is not what the command expects
   * @throws UnexpectedReplyError if the command cannot have this reply
   */
  parseReply(reply: unknown, key: StorageKey): Result;
}

/** The `resolve` and `reject` of the caller's promise. */
export interface Caller<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** A command on one entry whose caller waits for the result. Sent alone, or as a row of a batch. */
export class PendingCommand<Result = unknown> implements Delivery {
  readonly command: EntryCommand<never, Result>;
  readonly key: StorageKey;
  readonly redisKey: string;
  readonly encoded: EncodedArguments;
  readonly #connection: RedisConnection;
  readonly #caller: Caller<Result>;

  constructor(
    connection: RedisConnection,
    command: EntryCommand<never, Result>,
    key: StorageKey,
    redisKey: string,
    encoded: EncodedArguments,
    caller: Caller<Result>,
  ) {
    this.command = command;
    this.key = key;
    this.redisKey = redisKey;
    this.encoded = encoded;
    this.#connection = connection;
    this.#caller = caller;
  }

  send(session: Session): Promise<unknown> {
    return this.command.sendAlone(session, this.redisKey, this.encoded);
  }

  succeed(reply: unknown, write?: WriteReply): void {
    if (write !== undefined && this.command.hasChanged(reply)) this.#resolveWhenConfirmed(reply, write);
    else if (typeof reply === 'string' && hasReplacementCharacter(reply)) this.#readBytes();
    else this.#resolve(reply);
  }

  fail(error: unknown): void {
    if (error instanceof QueuedCommandError && this.command.effect === 'read') this.#readQueued();
    else this.reject(error);
  }

  reject(error: unknown): void {
    const isOtherType = isReplyError(error, 'WRONGTYPE');
    this.#caller.reject(
      isOtherType ? corruptEntry(this.key, 'a Redis string') : this.#connection.explain(error, this.command.effect),
    );
  }

  /** Reads again: the stored text may be QUEUED. Inside a transaction EXISTS replies QUEUED, too. */
  #readQueued(): void {
    this.#connection.deliver({
      send: async (session) => {
        const sent = [session.client.exists(this.redisKey), this.send(session)] as const;
        const [count, reply] = await Promise.all(sent);
        toInteger(count);
        return [reply];
      },
      succeed: (replies) => this.#resolve(Array.isArray(replies) ? replies[0] : undefined),
      fail: (error) => this.reject(error),
    });
  }

  #resolveWhenConfirmed(reply: unknown, write: WriteReply): void {
    write.confirm().then(
      () => this.#resolve(reply),
      (error: unknown) => this.reject(error),
    );
  }

  /**
   * Reads the text again as bytes: U+FFFD stands for bytes that are not UTF-8, but it may also be part of a valid text. Only
   * texts that contain it cost this second command.
   */
  #readBytes(): void {
    this.#connection.deliver({
      send: ({ client }) => client.getBuffer(this.redisKey),
      succeed: (bytes) => {
        const text = Buffer.isBuffer(bytes) ? decodeText(bytes) : null;
        if (text === undefined) this.#caller.reject(corruptEntry(this.key, 'UTF-8'));
        else this.#resolve(text);
      },
      fail: (error) => this.reject(error),
    });
  }

  #resolve(reply: unknown): void {
    try {
      this.#caller.resolve(this.command.parseReply(reply, this.key));
    } catch (error) {
      this.reject(error);
    }
  }
}
