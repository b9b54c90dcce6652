import type { Awaitable } from '../contract/storage-driver.js';

/** Whether a result is still to come. */
export function isPending<T>(result: Awaitable<T>): result is Promise<T> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}

/** Goes on with a result, at once where it is there already. */
export function whenReady<T, U>(result: Awaitable<T>, use: (value: T) => U): Awaitable<U> {
  return isPending(result) ? result.then(use) : use(result);
}

/** Who is told how a call ended. Must not throw. */
export interface SettleObserver {
  succeed(): void;
  fail?(error: unknown): void;
}

/** Makes a call and tells how it ended, at once where it is over at once. What it answers or throws passes unchanged. */
export function whenSettled<T>(call: () => Awaitable<T>, witness: SettleObserver): Awaitable<T> {
  let answer: Awaitable<T>;
  try {
    answer = call();
  } catch (error) {
    witness.fail?.(error);
    throw error;
  }
  if (isPending(answer)) return observePromise(answer, witness);
  witness.succeed();
  return answer;
}

async function observePromise<T>(answer: Promise<T>, witness: SettleObserver): Promise<T> {
  try {
    const value = await answer;
    witness.succeed();
    return value;
  } catch (error) {
    witness.fail?.(error);
    throw error;
  }
}

/**
 * Does what is told to others about a call, and ignores what goes wrong in it, now or later: the call itself went as it
 * went, and its caller has nothing to do with that (rule ER-5).
 */
export function ignoreErrors<T>(tell: () => T): T | undefined {
  try {
    const told = tell();
    if (isPending(told)) told.then(ignore, ignore);
    return told;
  } catch {
    return undefined;
  }
}

function ignore(): void {}
