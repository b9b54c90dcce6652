import assert from 'node:assert/strict';
import type { ErrorCode } from '../errors/fsm-storage.error.js';
import { type FsmStorageError, isFsmStorageError } from '../errors/fsm-storage.error.js';
import { isSameJson } from './reference/reference-state.js';

/**
 * How long the suite waits for what a store does in the background: a disk may be slow, a reconnect may take a while.
 */
export const BACKGROUND_TIMEOUT_MS = 12_000;

/** Passes a value of any type, as a JavaScript caller can. */
export function untyped<T>(value: unknown): T {
  return value as T;
}

/** Returns the error of a call that must reject with this code. A synchronous throw fails the test. */
export async function expectError(action: () => Promise<unknown>, code: ErrorCode): Promise<FsmStorageError> {
  const error = await expectRejection(action);
  assert.ok(isFsmStorageError(error), `expected an FsmStorageError with ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}

/** Returns what a call rejects with. A call that resolves or throws synchronously fails the test. */
export async function expectRejection(action: () => Promise<unknown>): Promise<unknown> {
  const promise = callWithoutThrowing(action);
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('expected a rejection, but the call succeeded');
}

/** Whether the call rejects with this code; false: it resolves. Any other error fails the test. */
export async function isRejectedWith(action: () => Promise<unknown>, code: ErrorCode): Promise<boolean> {
  try {
    await action();
    return false;
  } catch (error) {
    assert.ok(isFsmStorageError(error) && error.code === code, `expected ${code}, got ${String(error)}`);
    return true;
  }
}

/** Asserts deep equality of JSON: own keys such as `__proto__` count, `-0` differs from `0`, key order is ignored. */
export function assertSameJson(actual: unknown, expected: unknown): void {
  assert.ok(isSameJson(actual, expected), `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** Asserts that both lists contain the same strings, in any order. */
export function assertSameMembers(actual: readonly string[], expected: readonly string[]): void {
  assert.deepEqual(actual.toSorted(), expected.toSorted());
}

/** Returns everything that an iteration yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** Returns `create(0)` to `create(length - 1)`. */
export function times<T>(length: number, create: (index: number) => T): T[] {
  return Array.from({ length }, (_unused, index) => create(index));
}

/** Lets due timers and I/O run, this many times. */
export async function eventLoopTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

function callWithoutThrowing(action: () => Promise<unknown>): Promise<unknown> {
  try {
    return action();
  } catch (error) {
    return assert.fail(`expected a rejection, but the call threw synchronously: ${String(error)}`);
  }
}
