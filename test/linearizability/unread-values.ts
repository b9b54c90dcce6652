import type { Call, Operation, Value } from './operation.js';

/** Stands for every value that was written and that no call asks for. */
const UNREAD = '(a value that nobody asks for)';

/**
 * Makes one value of all that no call reads or expects: no answer can tell them apart. Many writes of unknown outcome
 * then do the same, and the search need not try them in every order.
 */
export function forgetUnreadValues(operations: readonly Operation[]): readonly Operation[] {
  const asked = new Set(operations.flatMap(askedFor));
  const rename = (value: string): string => (asked.has(value) ? value : UNREAD);
  return operations.map((operation) => ({ ...operation, call: renameNext(operation.call, rename) }));
}

function askedFor({ call, outcome }: Operation): Value[] {
  switch (call.kind) {
    case 'get':
      return outcome.kind === 'ok' && typeof outcome.answer === 'string' ? [outcome.answer] : [];
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
