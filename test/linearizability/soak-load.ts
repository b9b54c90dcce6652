import { setImmediate as nextTick } from 'node:timers/promises';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import { BackendError } from '../../src/errors/backend-errors.js';
import { StorageNotStartedError } from '../../src/errors/usage-errors.js';
import { retry } from './retry.js';
import { Random } from './random.js';
import { ExpectedTotal } from './expected-total.js';

const CALLERS = 8;
const STATES = 300;
const COUNTERS = 3;
const SECONDS_TO_LIVE = 0.2;

/** Callers that make random calls, and the outcomes. */
export class SoakLoad {
  readonly #storage: BaseStorage;
  readonly #random = new Random(1);
  readonly #totals = Array.from({ length: COUNTERS }, () => new ExpectedTotal());
  succeeded = 0;
  failed = 0;

  constructor(storage: BaseStorage) {
    this.#storage = storage;
  }

  /** Calls while `goesOn()`; resolves when every call has settled. */
  async run(goesOn: () => boolean): Promise<void> {
    const caller = async (): Promise<void> => {
      while (goesOn()) {
        await this.#callOnce();
        await nextTick(); // Calls that fail at once must not keep the others from their sockets.
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  }

  /** Increments of unknown outcome, over all counters. */
  get unknownIncrements(): number {
    return this.#totals.reduce((sum, { unknownIncrements }) => sum + unknownIncrements, 0);
  }

  /** The counters whose totals nothing explains. */
  async findWrongCounters(): Promise<string[]> {
    const wrong: string[] = [];
    for (const [index, expected] of this.#totals.entries()) {
      const total = (await retry(() => this.#storage.getCounter(`counter${index}`))) ?? 0;
      if (!expected.explains(total)) wrong.push(`counter${index} is ${total}; it should be in ${expected.range}`);
    }
    return wrong;
  }

  async #callOnce(): Promise<void> {
    try {
      await this.#call(`state${this.#random.below(STATES)}`);
      this.succeeded += 1;
    } catch (error) {
      if (!(error instanceof BackendError || error instanceof StorageNotStartedError)) throw error;
      this.failed += 1;
    }
  }

  async #call(identifier: string): Promise<unknown> {
    const state = { name: identifier, data: { number: this.#random.below(1000) } };
    switch (this.#random.below(7)) {
      case 0:
        return this.#storage.getState(identifier);
      case 1:
        return this.#storage.setState(identifier, state);
      case 2:
        return this.#storage.setState(`${identifier}:brief`, state, { ttl: SECONDS_TO_LIVE });
      case 3:
        return this.#storage.compareAndSet(identifier, state, {
          expected: await this.#storage.getState(identifier),
        });
      case 4:
        return this.#storage.update(identifier, (current) => ({ ...current, ...state }));
      case 5:
        return this.#storage.deleteState(identifier);
      default: {
        const counter = this.#random.below(COUNTERS);
        const expected = this.#totals[counter];
        return expected?.add(1 + this.#random.below(5), (amount) =>
          this.#storage.increment(`counter${counter}`, amount),
        );
      }
    }
  }
}
