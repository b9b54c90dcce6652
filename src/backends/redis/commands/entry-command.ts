import type { StorageKey } from '../../../contract/storage-driver.js';
import { corruptEntry } from '../../../toolkit/corrupt-entry.js';
import { decodeText, hasReplacementCharacter } from '../../../toolkit/utf8.js';
import type { Delivery, RedisConnection, Session } from '../connection/redis-connection.js';
import { isReplyError } from '../connection/redis-errors.js';
import type { WriteReply } from '../connection/replica-confirmation.js';
import type { LuaVerb } from '../scripts/lua-verb.js';

/** What can be asked about one entry. */
export interface Verb<T> {
  /** A read changes nothing, so nothing of it can have been applied. */
  readonly kind: 'read' | 'write';
  readonly script: LuaVerb;
  /** How many of `first` and `second` it takes. */
  readonly texts: 0 | 1 | 2;
  /** How many it takes anew for every row of a run in a batch; 0: rows with another `first` begin a run of their own. */
  readonly textsOfRow: 0 | 1 | 2;
  /** Sends it as a command of its own. */
  alone(session: Session, request: EntryRequest): Promise<unknown>;
  /** Whether something is other than before, by what a reply says: replicas need to confirm nothing else. */
  hasChanged(reply: unknown): boolean;
  /**
   * What a reply says; the same whether it came alone or in a batch.
   * @throws CorruptStateError
   */
  toAnswer(reply: unknown, key: StorageKey): T;
}

/** What a verb is asked to do with one entry; the verb's script says what each text means. */
export interface EntryRequest {
  readonly key: StorageKey;
  /** The entry's key in Redis. */
  readonly name: string;
  readonly deadline: string;
  readonly first: string;
  readonly second: string;
}

/** Who waits for a call. */
export interface Caller<T> {
  resolve(answer: T): void;
  reject(error: unknown): void;
}

/** One verb on one entry. Alone it is a command of its own. */
export class EntryCall<T = unknown> implements Delivery {
  readonly verb: Verb<T>;
  readonly request: EntryRequest;
  readonly #caller: Caller<T>;
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection, verb: Verb<T>, request: EntryRequest, caller: Caller<T>) {
    this.verb = verb;
    this.request = request;
    this.#caller = caller;
    this.#connection = connection;
  }

  send(session: Session): Promise<unknown> {
    return this.verb.alone(session, this.request);
  }

  succeed(reply: unknown, write?: WriteReply): void {
    if (write !== undefined && this.verb.hasChanged(reply)) this.#confirm(reply, write);
    else if (typeof reply === 'string' && hasReplacementCharacter(reply)) this.#lookAtBytes();
    else this.#answer(reply);
  }

  #confirm(reply: unknown, write: WriteReply): void {
    write.confirm().then(
      () => this.#answer(reply),
      (error: unknown) => this.fail(error),
    );
  }

  /** A text may hold what stands for broken bytes by right; this one command more is for such texts only. */
  #lookAtBytes(): void {
    this.#connection.deliver({
      send: ({ client }) => client.getBuffer(this.request.name),
      succeed: (bytes) => {
        const text = Buffer.isBuffer(bytes) ? decodeText(bytes) : null;
        if (text === undefined) this.#caller.reject(corruptEntry(this.request.key, 'UTF-8'));
        else this.#answer(text);
      },
      fail: (error) => this.fail(error),
    });
  }

  #answer(reply: unknown): void {
    try {
      this.#caller.resolve(this.verb.toAnswer(reply, this.request.key));
    } catch (error) {
      this.#caller.reject(error);
    }
  }

  fail(error: unknown): void {
    const isOfAnotherType = isReplyError(error, 'WRONGTYPE');
    const { key } = this.request;
    this.#caller.reject(
      isOfAnotherType ? corruptEntry(key, 'a Redis string') : this.#connection.explain(error, this.verb.kind),
    );
  }
}
