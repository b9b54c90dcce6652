import type { Call, Operation, Value } from './operation.js';

/** Replaces every value that was written and that no call reads. */
const UNREAD_VALUE = '(a value that no call reads)';

/**
 * Makes one value of all that no call reads or expects: no result can distinguish them. Many writes of unknown outcome
 * then do the same, and the search need not try them in every order.
 */
export function mergeUnreadValues(operations: readonly Operation[]): readonly Operation[] {
  const asked = new Set(operations.flatMap(valuesReadBy));
  const rename = (value: string): string => (asked.has(value) ? value : UNREAD_VALUE);
  return operations.map((operation) => ({ ...operation, call: renameNext(operation.call, rename) }));
}

function valuesReadBy({ call, outcome }: Operation): Value[] {
  switch (call.kind) {
    case 'get':
      return outcome.kind === 'ok' && typeof outcome.result === 'string' ? [outcome.result] : [];
    case 'compareAndSet':
      return [call.expected];
    case 'update':
      return [call.seen];
    default:
      return [];
  }
}

function renameNext(call: Call, rename: (value: string) => string): Call {
  switch (call.kind) {
    case 'set':
    case 'compareAndSet':
      return { ...call, next: rename(call.next) };
    case 'update':
      return { ...call, next: call.next === null ? null : rename(call.next) };
    default:
      return call;
  }
}
