import type { RedisScript } from '../scripts/lua-script.js';
import { neverSendsAgain, type RedisClient } from './redis-client.js';
import { LostReplyError } from './redis-errors.js';
import { isReplyError } from './reply-errors.js';

/**
 * Sends scripts so that none is applied twice (rule ER-4).
 *
 * By default ioredis sends commands without a reply again after a reconnect, and the app's client may do so: a counter
 * would count twice, and a compare-and-set would lose to itself. ioredis cannot exempt a command from that, but it reads
 * the buffers of a command when it writes it. So the script's name is sent as a buffer, which is overwritten with spaces as
 * soon as the connection breaks: a command that is sent again names no script and does nothing (decision 15).
 */
export class ScriptRunner {
  readonly #client: RedisClient;
  readonly #inFlight = new Set<Buffer>();

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Runs a script. `rest`: the number of keys, the keys (all on one server), and the arguments. */
  run(script: RedisScript, rest: readonly string[]): Promise<unknown> {
    return this.#send('evalsha', script.sha1, rest).catch((error: unknown) => {
      if (!isReplyError(error, 'NOSCRIPT')) throw error;
      // The server was restarted or its scripts flushed. EVAL also caches the script again.
      return this.#send('eval', script.lua, rest);
    });
  }

  /** Makes the scripts in flight do nothing if they are sent again. */
  voidAll(): void {
    for (const text of this.#inFlight) text.fill(' ');
  }

  /** A buffer costs ioredis much more than a string, so it is used only where it is needed. */
  #send(command: 'evalsha' | 'eval', scriptText: string, rest: readonly string[]): Promise<unknown> {
    if (!neverSendsAgain(this.#client)) return this.#sendOnce(command, scriptText, rest);
    return this.#client.call(command, [scriptText, ...rest]);
  }

  async #sendOnce(command: 'evalsha' | 'eval', scriptText: string, rest: readonly string[]): Promise<unknown> {
    const text = Buffer.from(scriptText);
    this.#inFlight.add(text);
    try {
      const reply = await this.#client.call(command, [text, ...rest]);
      // No script of this package returns nil: a blank one does.
      if (reply === null) throw new LostReplyError('the connection broke');
      return reply;
    } catch (error) {
      const wasVoided = text.at(0) === 0x20;
      throw wasVoided && isReplyError(error, 'NOSCRIPT') ? new LostReplyError('the connection broke') : error;
    } finally {
      this.#inFlight.delete(text);
    }
  }
}
