import type { Answer, Call } from './operation.js';

/** What one key holds: a state's name, a counter's total, or nothing. */
export type Content = string | number | null;

/** What one call does to a key when nobody else is there. */
export interface Step {
  readonly next: Content;
  readonly answer: Answer;
}

/** The promise of one key without concurrency (rules CAS-1 to CAS-3, CAS-5, CNT-1, CNT-2), which a history is held against. */
export function perform(content: Content, call: Call): Step {
  switch (call.kind) {
    case 'get':
    case 'getCounter':
      return { next: content, answer: content };
    case 'set':
      return { next: call.next, answer: null };
    case 'compareAndSet':
      return replace(content, call.expected, call.next);
    case 'update':
      return replace(content, call.seen, call.next);
    case 'delete':
    case 'deleteCounter':
      return { next: null, answer: content !== null };
    case 'increment': {
      const total = (typeof content === 'number' ? content : 0) + call.amount;
      return { next: total, answer: total };
    }
  }
}

function replace(content: Content, expected: Content, next: Content): Step {
  const isExpected = content === expected;
  return { next: isExpected ? next : content, answer: isExpected };
}

/** Whether a call with this answer changes nothing, wherever in a row it stands. */
export function changesNothing(call: Call, answer: Answer): boolean {
  if (call.kind === 'update' && call.seen === call.next) return true;
  return call.kind === 'get' || call.kind === 'getCounter' || answer === false;
}
