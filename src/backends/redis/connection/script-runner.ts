import { neverSendsAgain, type RedisClient } from './redis-client.js';
import { isReplyError, LostReplyError } from './redis-errors.js';
import type { RedisScript } from '../scripts/redis-script.js';

/**
 * Sends scripts so that none is applied twice (rule ER-4).
 *
 * An app's client may be set, as ioredis is by default, to send again after a reconnect what was not answered: a
 * counter would count twice, a compare-and-set lose to itself. ioredis offers no way to except a command from that,
 * but it writes a command's buffers as they are when it is sent. So the script's name goes as a buffer, which is
 * blanked as soon as the connection breaks: what is sent again names no script, and does nothing.
 */
export class ScriptRunner {
  readonly #client: RedisClient;
  readonly #inFlight = new Set<Buffer>();

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Runs a script; `rest` is how many keys there are, the keys, all on one server, and the arguments. */
  run(script: RedisScript, rest: readonly string[]): Promise<unknown> {
    return this.#send('evalsha', script.sha1, rest).catch((error: unknown) => {
      if (!isReplyError(error, 'NOSCRIPT')) throw error;
      // The server was restarted or its scripts flushed. EVAL also makes it know the script again.
      return this.#send('eval', script.lua, rest);
    });
  }

  /** Makes what is on its way do nothing if it is sent again. */
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
      // No script of ours answers nil: this is what a blank one answers.
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
