import type { CallTrace } from './cluster-client.js';
import type { ReadyQueue } from './ready-queue.js';
import type { RedisClient } from './redis-client.js';

/**
 * The calls over a cluster that have no reply yet. ioredis keeps a command that no server has taken until there is a server
 * again. When the cluster has lost all its servers, such a call waits no longer than a new one.
 */
export class UnsentCalls {
  readonly #waiting: ReadyQueue;
  readonly #calls = new Map<CallTrace, (error: Error) => void>();

  constructor(waiting: ReadyQueue) {
    this.#waiting = waiting;
  }

  add(trace: CallTrace, reject: (error: Error) => void): void {
    this.#calls.set(trace, reject);
  }

  delete(trace: CallTrace): void {
    this.#calls.delete(trace);
  }

  /** The cluster has lost all its servers. */
  limit(cluster: RedisClient, limitMs: number): void {
    const calls = [...this.#calls];
    this.#calls.clear();
    for (const [trace, reject] of calls) {
      const fail = (error: Error): void => {
        if (trace.written > 0) return;
        trace.isTimedOut = true; // From now on it is not written.
        reject(error);
      };
      this.#waiting.wait(cluster, limitMs, () => {}, fail);
    }
  }
}
