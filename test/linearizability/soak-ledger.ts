import { BackendError } from '../../src/errors/backend-errors.js';
import { StorageNotStartedError } from '../../src/errors/usage-errors.js';

/** Keeps account of one counter, to know in the end which totals are right. */
export class CounterLedger {
  #acknowledged = 0;
  readonly #inDoubt: number[] = [];

  /** How many increments ended without a word. */
  get doubts(): number {
    return this.#inDoubt.length;
  }

  /** Adds, and notes what became of it. */
  async add(amount: number, increment: (amount: number) => Promise<number>): Promise<void> {
    try {
      await increment(amount);
      this.#acknowledged += amount;
    } catch (error) {
      if (!isNotApplied(error)) this.#inDoubt.push(amount);
      throw error;
    }
  }

  /** Whether a total is all that was acknowledged and some, or none, of what is in doubt. */
  explains(total: number): boolean {
    let sums = new Set([this.#acknowledged]);
    for (const amount of this.#inDoubt) sums = new Set([...sums].flatMap((sum) => [sum, sum + amount]));
    return sums.has(total);
  }

  /** The smallest and the largest right total. */
  get range(): string {
    return `${this.#acknowledged} to ${this.#inDoubt.reduce((sum, amount) => sum + amount, this.#acknowledged)}`;
  }
}

function isNotApplied(error: unknown): boolean {
  if (error instanceof StorageNotStartedError) return true;
  return error instanceof BackendError && error.outcome === 'not-applied';
}
