import assert from 'node:assert/strict';
import type { ErrorCode } from '../errors/error-code.js';
import { type FsmStorageError, isFsmStorageError } from '../errors/fsm-storage.error.js';
import { isSameJson } from './reference/reference-state.js';

/** Hands in what a JavaScript caller can hand in, whatever the types say. */
export function untyped<T>(value: unknown): T {
  return value as T;
}

/** The error of a call that must be refused with this code: a rejection, never a synchronous throw. */
export async function expectError(action: () => Promise<unknown>, code: ErrorCode): Promise<FsmStorageError> {
  const error = await rejection(action);
  assert.ok(isFsmStorageError(error), `expected an FsmStorageError with ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}

/** What a call that must reject rejects with. */
export async function rejection(action: () => Promise<unknown>): Promise<unknown> {
  const promise = startWithoutThrowing(action);
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('expected a rejection, but the call succeeded');
}

/** Whether the call was refused with this code; false where it succeeded. */
export async function isRefused(action: () => Promise<unknown>, code: ErrorCode): Promise<boolean> {
  try {
    await action();
    return false;
  } catch (error) {
    assert.ok(isFsmStorageError(error) && error.code === code, `expected ${code}, got ${String(error)}`);
    return true;
  }
}

/** Deeply equal JSON: own keys such as `__proto__` count, `-0` is not `0`, the order of keys is nothing. */
export function assertSameJson(actual: unknown, expected: unknown): void {
  assert.ok(isSameJson(actual, expected), `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** The same strings, in any order. */
export function assertSameMembers(actual: readonly string[], expected: readonly string[]): void {
  assert.deepEqual(actual.toSorted(), expected.toSorted());
}

/** Everything an iteration yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** `create(0)` to `create(length - 1)`. */
export function times<T>(length: number, create: (index: number) => T): T[] {
  return Array.from({ length }, (_unused, index) => create(index));
}

/** Lets timers and I/O that are due run. */
export async function eventLoopTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

function startWithoutThrowing(action: () => Promise<unknown>): Promise<unknown> {
  try {
    return action();
  } catch (error) {
    return assert.fail(`expected a rejection, but the call threw at once: ${String(error)}`);
  }
}

/** How long what a store does in its own time is waited for: a disk may be slow, a reconnect far off. */
export const PATIENCE_MS = 12_000;
