import type { Awaitable } from './storage-driver.js';

/** Whether a result is still to come. */
export function isPending<T>(result: Awaitable<T>): result is Promise<T> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}

/** Goes on with a result, at once where it is there already. */
export function whenReady<T, U>(result: Awaitable<T>, use: (value: T) => U): Awaitable<U> {
  return isPending(result) ? result.then(use) : use(result);
}
