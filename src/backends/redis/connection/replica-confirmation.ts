import type { Command, Redis } from 'ioredis';
import { afterMicrotasks } from '../../../toolkit/event-loop.js';
import { within } from '../../../toolkit/time-limit.js';
import { LateReplyError, UnconfirmedError } from './redis-errors.js';
import { toInteger } from './replies.js';
import { explainReply, isReplyError, replyCode } from './reply-errors.js';

/** `RedisDurability` with its default filled in. */
export interface ResolvedDurability {
  readonly replicas: number;
  readonly timeout: number;
}

const BROKEN = 'the connection to the master broke';
/** The commands of this backend that may change something. */
const WRITES: ReadonlySet<string> = new Set(['set', 'mset', 'pexpire', 'unlink', 'evalsha', 'eval']);

/** The reply to a command that may have changed something; the command itself knows whether it did (`hasChanged`). */
export class WriteReply {
  readonly reply: unknown;
  /**
   * Waits until enough replicas have what was written.
   * @throws UnconfirmedError
   */
  readonly confirm: () => Promise<void>;

  constructor(reply: unknown, confirm: () => Promise<void>) {
    this.reply = reply;
    this.confirm = confirm;
  }
}

/**
 * Uses WAIT to find out whether enough replicas have the writes of a connection. WAIT covers only the connection that it is
 * sent over, so it is sent after the reply, when that connection is known. One WAIT covers all replies of one turn.
 */
export class ReplicaConfirmation {
  readonly #replicas: number;
  readonly #timeout: number;
  readonly #commandTimeout: number;
  readonly #waits = new Map<Redis['stream'], Promise<void>>();

  constructor({ replicas, timeout }: ResolvedDurability, commandTimeout: number) {
    this.#replicas = replicas;
    this.#timeout = timeout;
    this.#commandTimeout = commandTimeout;
  }

  /** Resolves with the reply of a read, or a `WriteReply`. `serverOf` returns the server that has just replied. */
  async follow(command: Command, reply: unknown, serverOf: () => Redis | undefined): Promise<unknown> {
    const result: unknown = await reply;
    // No write of this package returns nil: a voided script does (see `ScriptRunner`).
    if (result === null || !WRITES.has(command.name.toLowerCase())) return result;
    return this.#toWriteReply(result, serverOf());
  }

  #toWriteReply(reply: unknown, server: Redis | undefined): WriteReply {
    const stream = server?.stream;
    const confirm = async (): Promise<void> => {
      if (server === undefined || stream === undefined) throw new UnconfirmedError(BROKEN);
      await this.#confirm(server, stream);
    };
    return new WriteReply(reply, confirm);
  }

  #confirm(server: Redis, stream: Redis['stream']): Promise<void> {
    const started = this.#waits.get(stream);
    if (started !== undefined) return started;
    const wait = new Promise<void>((resolve, reject) => {
      afterMicrotasks(() => {
        this.#waits.delete(stream);
        this.#assertConfirmed(server, stream).then(resolve, reject);
      });
    });
    this.#waits.set(stream, wait);
    return wait;
  }

  /** The client may have reconnected; a WAIT over the new connection would cover none of these writes. */
  async #assertConfirmed(server: Redis, stream: Redis['stream']): Promise<void> {
    const isSame = (): boolean => server.stream === stream && server.status === 'ready';
    const count = isSame() ? await this.#count(server).catch(toRefusal) : undefined;
    if (count === undefined || !isSame()) throw new UnconfirmedError(BROKEN);
    if (count instanceof Error) throw count;
    if (count >= this.#replicas) return;
    throw new UnconfirmedError(`${count} of ${this.#replicas} replicas have it after ${this.#timeout} ms`);
  }

  /** A master that no longer responds does not reply to WAIT either. */
  #count(server: Redis): Promise<number> {
    const asking = server.wait(this.#replicas, this.#timeout).then(toInteger);
    return within(this.#commandTimeout, asking, () => new LateReplyError('no reply to WAIT'));
  }
}

/** The reason if the server rejected WAIT. undefined: the connection broke, or there was no reply. */
function toRefusal(error: unknown): UnconfirmedError | undefined {
  if (!isReplyError(error)) return undefined;
  const text = `the server rejected WAIT with ${replyCode(error)}. ${explainReply(error).advice}`.trimEnd();
  return new UnconfirmedError(text, { cause: error });
}

/** The reply to a command that returns a count, after replicas have confirmed the change. A count of 0 changed nothing. */
export async function confirmedCount(reply: unknown): Promise<number> {
  if (!(reply instanceof WriteReply)) return toInteger(reply);
  const count = toInteger(reply.reply);
  if (count > 0) await reply.confirm();
  return count;
}

/**
 * Creates a client of one server whose write commands resolve with a `WriteReply`.
 *
 * ioredis has no hook around its commands, so this is an object whose prototype is the client and which replaces only
 * `sendCommand`: every method of the client (`get`, `call`, …) calls `this.sendCommand`. Events and the life of the
 * connection stay with the client itself, because an event emitter does not work through a prototype (decision 23).
 */
export function createConfirmingClient(client: Redis, confirmation: ReplicaConfirmation): Redis {
  const sendCommand: Redis['sendCommand'] = (command, stream) =>
    confirmation.follow(command, client.sendCommand(command, stream), () => client);
  // Auto-pipelining would pass commands to ioredis without calling this `sendCommand`.
  const options = Object.create(client.options, { enableAutoPipelining: { value: false } }) as unknown;
  return Object.create(client, { options: { value: options }, sendCommand: { value: sendCommand } }) as Redis;
}
