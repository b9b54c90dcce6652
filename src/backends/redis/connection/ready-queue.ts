import { NotConnectedError } from './redis-errors.js';
import { isEnded, isReady, type RedisClient } from './redis-client.js';

/** Calls that wait for a connection. All continue within the event that announces it, in the order in which they arrived. */
export class ReadyQueue {
  readonly #waiting = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Calls `onReady` or `fail`, once. */
  wait(client: RedisClient, limitMs: number, onReady: () => void, fail: (error: Error) => void): void {
    if (isEnded(client)) return fail(new NotConnectedError('the client has been closed'));
    const wake = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(wake);
      if (isReady(client)) onReady();
      else fail(new NotConnectedError('the client has been closed'));
    };
    const timer = setTimeout(() => {
      this.#waiting.delete(wake);
      fail(new NotConnectedError(`no connection within ${limitMs} ms`));
    }, limitMs);
    this.#waiting.add(wake);
  }

  /** The client has become ready, or has ended. */
  wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
