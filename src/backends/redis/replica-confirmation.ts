import type { Command, Redis } from 'ioredis';
import { UnconfirmedError } from './redis-errors.js';

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

/** What changes something, of all that this backend sends. */
const WRITES: ReadonlySet<string> = new Set(['set', 'mset', 'pexpire', 'unlink', 'evalsha', 'eval']);

/**
 * Asks by WAIT whether enough replicas have what a connection has written. WAIT speaks of its own connection only, so it
 * follows the answer, when the connection is known that gave it; one WAIT is for all that was answered in one turn.
 */
export class ReplicaConfirmation {
  readonly #replicas: number;
  readonly #timeout: number;
  readonly #asked = new Map<Redis['stream'], Promise<void>>();

  constructor({ replicas, timeout }: ResolvedDurability) {
    this.#replicas = replicas;
    this.#timeout = timeout;
  }

  /** The reply, as soon as what the command has changed is confirmed; `serverOf` says who has just answered it. */
  async follow(command: Command, reply: unknown, serverOf: () => Redis | undefined): Promise<unknown> {
    const answer: unknown = await reply;
    if (!WRITES.has(command.name.toLowerCase())) return answer;
    const server = serverOf();
    if (server === undefined) throw new UnconfirmedError('the connection to the master broke');
    await this.#confirm(server);
    return answer;
  }

  #confirm(server: Redis): Promise<void> {
    const { stream } = server;
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
    const count = isSame() ? await server.wait(this.#replicas, this.#timeout).catch(() => undefined) : undefined;
    if (count === undefined || !isSame()) throw new UnconfirmedError('the connection to the master broke');
    if (Number(count) >= this.#replicas) return;
    throw new UnconfirmedError(`${count} of ${this.#replicas} replicas have it after ${this.#timeout} ms`);
  }
}

/** A client of one server whose writes count as done when replicas have them. */
export function confirming(client: Redis, confirmation: ReplicaConfirmation): Redis {
  const sendCommand: Redis['sendCommand'] = (command, stream) =>
    confirmation.follow(command, client.sendCommand(command, stream), () => client);
  // Auto-pipelining would give commands to ioredis that have not come by here.
  const options = Object.create(client.options, { enableAutoPipelining: { value: false } }) as unknown;
  return Object.create(client, { options: { value: options }, sendCommand: { value: sendCommand } }) as Redis;
}
