import { isPending } from '../contract/awaitable.js';
import type { Awaitable } from '../contract/storage-driver.js';

/** Who is told how a call ended. Must not throw. */
export interface Witness {
  succeed(): void;
  fail?(error: unknown): void;
}

/** Makes a call and tells how it ended, at once where it is over at once. What it answers or throws passes unchanged. */
export function whenSettled<T>(call: () => Awaitable<T>, witness: Witness): Awaitable<T> {
  let answer: Awaitable<T>;
  try {
    answer = call();
  } catch (error) {
    witness.fail?.(error);
    throw error;
  }
  if (isPending(answer)) return awaitWith(answer, witness);
  witness.succeed();
  return answer;
}

async function awaitWith<T>(answer: Promise<T>, witness: Witness): Promise<T> {
  try {
    const value = await answer;
    witness.succeed();
    return value;
  } catch (error) {
    witness.fail?.(error);
    throw error;
  }
}
