import type { Verdict } from './check-history.js';
import type { Call, History, Operation } from './operation.js';

/** A refuted history for the eye: the key, and its calls in the order they began, in milliseconds since the first. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.isLinearizable) return 'linearizable';
  const { key, evidence } = verdict;
  const shown = evidence.filter(({ outcome, call }) => outcome.kind !== 'unknown' || isRead(call, evidence));
  const hidden = evidence.length - shown.length;
  const start = Math.min(...evidence.map(({ calledAt }) => calledAt));
  const lines = shown
    .toSorted((one, other) => one.calledAt - other.calledAt)
    .map((operation) => `  ${describeOperation(operation, start)}`);
  const rest = hidden === 0 ? [] : [`  and ${hidden} more: whether and when they took place makes no difference`];
  return [`${key}: no order of these calls gives these results:`, ...lines, ...rest].join('\n');
}

function describeOperation({ client, call, calledAt, outcome }: Operation, start: number): string {
  const from = milliseconds(calledAt - start);
  const to = outcome.kind === 'ok' ? milliseconds(outcome.returnedAt - start) : '?';
  const result = outcome.kind === 'ok' ? JSON.stringify(outcome.result) : outcome.kind;
  return `client ${client}  ${from} to ${to} ms  ${describeCall(call)} -> ${result}`;
}

function describeCall({ kind, ...details }: Call): string {
  const texts = Object.entries(details).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${kind}(${texts.join(', ')})`;
}

function milliseconds(nanoseconds: number): string {
  return (nanoseconds / 1e6).toFixed(3);
}

/** Whether another call read what a call of unknown outcome would have written: then it must be shown. */
function isRead(call: Call, evidence: History): boolean {
  if (!('next' in call)) return true;
  return evidence.some(({ call: other, outcome }) => {
    const asked = other.kind === 'compareAndSet' ? other.expected : other.kind === 'update' ? other.seen : undefined;
    return asked === call.next || (other.kind === 'get' && outcome.kind === 'ok' && outcome.result === call.next);
  });
}
