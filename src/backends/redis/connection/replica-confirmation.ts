import type { Command, Redis } from 'ioredis';
import { within } from '../../../toolkit/time-limit.js';
import { LateReplyError, UnconfirmedError } from './redis-errors.js';

/** How many replicas must have a write before it counts as done. */
export interface RedisDurability {
  /** From 1. */
  readonly replicas: number;
  /**
   * Milliseconds in which they must confirm it; from 1, and less than `commandTimeout`.
   * @defaultValue 1000
   */
  readonly timeout?: number | undefined;
}

/** The same with nothing left out. */
export interface ResolvedDurability {
  readonly replicas: number;
  readonly timeout: number;
}

const BROKEN = 'the connection to the master broke';
/** What may change something, of all that this backend sends. */
const WRITES: ReadonlySet<string> = new Set(['set', 'mset', 'pexpire', 'unlink', 'evalsha', 'eval']);

/** The answer to a command that may have changed something; whether it has, whoever asked can tell. */
export class WriteReply {
  readonly answer: unknown;
  /**
   * Waits until enough replicas have what was written.
   * @throws UnconfirmedError
   */
  readonly confirm: () => Promise<void>;

  constructor(answer: unknown, confirm: () => Promise<void>) {
    this.answer = answer;
    this.confirm = confirm;
  }
}

/**
 * Asks by WAIT whether enough replicas have what a connection has written. WAIT speaks of its own connection only, so it
 * follows the answer, when the connection is known that gave it; one WAIT is for all that was answered in one turn.
 */
export class ReplicaConfirmation {
  readonly #replicas: number;
  readonly #timeout: number;
  readonly #commandTimeout: number;
  readonly #asked = new Map<Redis['stream'], Promise<void>>();

  constructor({ replicas, timeout }: ResolvedDurability, commandTimeout: number) {
    this.#replicas = replicas;
    this.#timeout = timeout;
    this.#commandTimeout = commandTimeout;
  }

  /** The reply of a read, or the `WriteReply` of any other command; `serverOf` says who has just answered it. */
  async follow(command: Command, reply: unknown, serverOf: () => Redis | undefined): Promise<unknown> {
    const answer: unknown = await reply;
    // No write of ours answers nil: this is what a script answers that was voided (see `ScriptRunner`).
    if (answer === null || !WRITES.has(command.name.toLowerCase())) return answer;
    return this.#noteWriter(answer, serverOf());
  }

  #noteWriter(answer: unknown, server: Redis | undefined): WriteReply {
    const stream = server?.stream;
    const confirm = async (): Promise<void> => {
      if (server === undefined || stream === undefined) throw new UnconfirmedError(BROKEN);
      await this.#confirm(server, stream);
    };
    return new WriteReply(answer, confirm);
  }

  #confirm(server: Redis, stream: Redis['stream']): Promise<void> {
    const asked = this.#asked.get(stream);
    if (asked !== undefined) return asked;
    const asking = new Promise<void>((resolve, reject) => {
      process.nextTick(() => {
        this.#asked.delete(stream);
        this.#ask(server, stream).then(resolve, reject);
      });
    });
    this.#asked.set(stream, asking);
    return asking;
  }

  /** A client may go on with another connection on its own, on which WAIT would speak of nothing. */
  async #ask(server: Redis, stream: Redis['stream']): Promise<void> {
    const isSame = (): boolean => server.stream === stream && server.status === 'ready';
    const count = isSame() ? await this.#count(server).catch(() => undefined) : undefined;
    if (count === undefined || !isSame()) throw new UnconfirmedError(BROKEN);
    if (Number(count) >= this.#replicas) return;
    throw new UnconfirmedError(`${count} of ${this.#replicas} replicas have it after ${this.#timeout} ms`);
  }

  /** A master that falls silent does not answer WAIT either. */
  #count(server: Redis): Promise<number> {
    const asking = server.wait(this.#replicas, this.#timeout);
    return within(this.#commandTimeout, asking, () => new LateReplyError('no answer to WAIT'));
  }
}

/** The answer to a command that has counted something, once replicas have what it changed; nothing was changed by 0. */
export async function confirmedCount(reply: unknown): Promise<number> {
  if (!(reply instanceof WriteReply)) return Number(reply);
  if (Number(reply.answer) > 0) await reply.confirm();
  return Number(reply.answer);
}

/** A client of one server that answers what may change something with a `WriteReply`. */
export function confirming(client: Redis, confirmation: ReplicaConfirmation): Redis {
  const sendCommand: Redis['sendCommand'] = (command, stream) =>
    confirmation.follow(command, client.sendCommand(command, stream), () => client);
  // Auto-pipelining would give commands to ioredis that have not come by here.
  const options = Object.create(client.options, { enableAutoPipelining: { value: false } }) as unknown;
  return Object.create(client, { options: { value: options }, sendCommand: { value: sendCommand } }) as Redis;
}
