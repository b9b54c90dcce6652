import { InvalidAmountError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';

/** Refuses what a counter cannot be changed by (rule CNT-4). */
export function assertAmount(amount: unknown): asserts amount is number {
  if (!Number.isSafeInteger(amount)) {
    throw new InvalidAmountError(`amount: expected a safe integer, got ${describeValue(amount)}.`);
  }
}
