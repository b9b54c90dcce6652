import { BackendError } from '../../src/errors/backend-errors.js';
import { StorageNotStartedError } from '../../src/errors/usage-errors.js';

/** Records the increments of one counter, to know which totals are possible at the end. */
export class ExpectedTotal {
  #acknowledged = 0;
  readonly #unknown: number[] = [];

  /** Increments of unknown outcome. */
  get unknownIncrements(): number {
    return this.#unknown.length;
  }

  /** Increments and records the outcome. */
  async add(amount: number, increment: (amount: number) => Promise<number>): Promise<void> {
    try {
      await increment(amount);
      this.#acknowledged += amount;
    } catch (error) {
      if (!isNotApplied(error)) this.#unknown.push(amount);
      throw error;
    }
  }

  /** Whether a total is all that was acknowledged and some, or none, of the increments of unknown outcome. */
  explains(total: number): boolean {
    let sums = new Set([this.#acknowledged]);
    for (const amount of this.#unknown) sums = new Set([...sums].flatMap((sum) => [sum, sum + amount]));
    return sums.has(total);
  }

  /** The smallest and the largest possible total. */
  get range(): string {
    return `${this.#acknowledged} to ${this.#unknown.reduce((sum, amount) => sum + amount, this.#acknowledged)}`;
  }
}

function isNotApplied(error: unknown): boolean {
  if (error instanceof StorageNotStartedError) return true;
  return error instanceof BackendError && error.outcome === 'not-applied';
}
