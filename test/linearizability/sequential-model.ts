import type { CallResult, Call } from './operation.js';

/** What one key holds: a state's name, a counter's total, or nothing. */
export type KeyContent = string | number | null;

/** What one call does to a key without concurrent calls. */
export interface AppliedCall {
  readonly next: KeyContent;
  readonly result: CallResult;
}

/** How one key behaves without concurrency (rules CAS-1 to CAS-3, CAS-5, CNT-1, CNT-2). Histories are compared with it. */
export function applyCall(content: KeyContent, call: Call): AppliedCall {
  switch (call.kind) {
    case 'get':
    case 'getCounter':
      return { next: content, result: content };
    case 'set':
      return { next: call.next, result: null };
    case 'compareAndSet':
      return replace(content, call.expected, call.next);
    case 'update':
      return replace(content, call.seen, call.next);
    case 'delete':
    case 'deleteCounter':
      return { next: null, result: content !== null };
    case 'increment': {
      const total = (typeof content === 'number' ? content : 0) + call.amount;
      return { next: total, result: total };
    }
  }
}

function replace(content: KeyContent, expected: KeyContent, next: KeyContent): AppliedCall {
  const isExpected = content === expected;
  return { next: isExpected ? next : content, result: isExpected };
}

/** Whether a call with this result changes nothing, at whatever position it takes place. */
export function changesNothing(call: Call, result: CallResult): boolean {
  if (call.kind === 'update' && call.seen === call.next) return true;
  return call.kind === 'get' || call.kind === 'getCounter' || result === false;
}
