import type { Awaitable } from '../contract/storage-driver.js';

/** Whether a result is a promise. */
export function isPending<T>(result: Awaitable<T>): result is Promise<T> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}

/** Passes a result to `use`, synchronously if it is not a promise. */
export function whenReady<T, U>(result: Awaitable<T>, use: (value: T) => U): Awaitable<U> {
  return isPending(result) ? result.then(use) : use(result);
}

/** Called when a call has ended. Must not throw. */
export interface SettleObserver {
  succeed(): void;
  fail?(error: unknown): void;
}

/**
 * Makes a call and notifies the observer of its end, synchronously if the call is synchronous. The result or error passes
 * unchanged.
 */
export function whenSettled<T>(call: () => Awaitable<T>, observer: SettleObserver): Awaitable<T> {
  let result: Awaitable<T>;
  try {
    result = call();
  } catch (error) {
    observer.fail?.(error);
    throw error;
  }
  if (isPending(result)) return observePromise(result, observer);
  observer.succeed();
  return result;
}

async function observePromise<T>(result: Promise<T>, observer: SettleObserver): Promise<T> {
  try {
    const value = await result;
    observer.succeed();
    return value;
  } catch (error) {
    observer.fail?.(error);
    throw error;
  }
}

/**
 * Calls a notification such as an event handler and ignores its errors, also those of its promise: they are not errors of
 * the call that it reports (rule ER-5).
 */
export function ignoreErrors<T>(notify: () => T): T | undefined {
  try {
    const result = notify();
    if (isPending(result)) result.then(ignore, ignore);
    return result;
  } catch {
    return undefined;
  }
}

function ignore(): void {}
