import { createBatch } from './command-batch.js';
import { type Caller, EntryCall, type EntryRequest, type Verb } from './entry-command.js';
import type { RedisConnection } from '../connection/redis-connection.js';

/** One command keeps the server busy for well under a millisecond. */
const MOST_CALLS = 128;
const MOST_CHARACTERS = 128 * 1024;

/**
 * Sends what is asked for in one turn of the event loop in as few commands as possible: ioredis spends its time by the
 * command, hardly by the byte. Who is alone in a turn waits for nothing and gets a plain command.
 *
 * Calls keep their order: what is asked first is done first, reads and writes alike.
 */
export class CommandBatcher {
  readonly #connection: RedisConnection;
  #calls: EntryCall[] = [];
  readonly #flush = (): void => this.#sendAll();

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  ask<T>(verb: Verb<T>, request: EntryRequest): Promise<T> {
    return new Promise((resolve, reject) => this.#add(verb, request, { resolve, reject }));
  }

  /** All answers in the order asked, or the first error; one promise for all of them. */
  askAll<T>(verb: Verb<T>, requests: readonly EntryRequest[]): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const answers = new Array<T>(requests.length);
      let missing = requests.length;
      if (missing === 0) resolve(answers);
      for (const [index, request] of requests.entries()) {
        const take = (answer: T): void => {
          answers[index] = answer;
          missing -= 1;
          if (missing === 0) resolve(answers);
        };
        this.#add(verb, request, { resolve: take, reject });
      }
    });
  }

  #add<T>(verb: Verb<T>, request: EntryRequest, caller: Caller<T>): void {
    const call = new EntryCall(this.#connection, verb, request, caller);
    // Runs when all microtasks are through: whom the same reply has woken has asked again by then.
    if (this.#calls.push(call) === 1) process.nextTick(this.#flush);
  }

  #sendAll(): void {
    const calls = this.#calls;
    this.#calls = [];
    // In a cluster the keys of one command must share a slot.
    if (calls.length === 1 || this.#connection.isCluster) {
      for (const call of calls) this.#connection.deliver(call);
      return;
    }
    for (let begin = 0; begin < calls.length;) {
      const end = endOfBatch(calls, begin);
      this.#connection.deliver(createBatch(this.#connection, calls.slice(begin, end)));
      begin = end;
    }
  }
}

/** A single call may be larger than what several may be together. */
function endOfBatch(calls: readonly EntryCall[], begin: number): number {
  const last = Math.min(calls.length, begin + MOST_CALLS);
  let characters = 0;
  let end = begin;
  for (; end < last; end += 1) {
    characters += lengthOf(calls[end]);
    if (characters > MOST_CHARACTERS && end > begin) break;
  }
  return end;
}

function lengthOf(call: EntryCall | undefined): number {
  return call === undefined ? 0 : call.request.name.length + call.request.first.length + call.request.second.length;
}
