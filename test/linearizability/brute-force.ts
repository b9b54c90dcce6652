import type { Operation } from './operation.js';
import { type KeyContent, applyCall } from './sequential-model.js';

/** Tries every order of every choice of calls, and so is plainly right and only for a handful of them. */
export function isLinearizableByBruteForce(operations: readonly Operation[]): boolean {
  const returned = operations.filter(({ outcome }) => outcome.kind === 'ok');
  const unknown = operations.filter(({ outcome }) => outcome.kind === 'unknown');
  return subsetsOf(unknown).some((chosen) => ordersOf([...returned, ...chosen]).some(explainsAll));
}

function explainsAll(row: readonly Operation[]): boolean {
  const keepsTime = row.every((operation, index) => row.slice(index + 1).every((later) => !precedes(later, operation)));
  let content: KeyContent = null;
  const givesAnswers = row.every(({ call, outcome }) => {
    const step = applyCall(content, call);
    content = step.next;
    return outcome.kind !== 'ok' || step.result === outcome.result;
  });
  return keepsTime && givesAnswers;
}

function precedes({ outcome }: Operation, { calledAt }: Operation): boolean {
  return outcome.kind === 'ok' && outcome.returnedAt < calledAt;
}

function subsetsOf<T>(items: readonly T[]): (readonly T[])[] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return subsetsOf(rest).flatMap((subset) => [subset, [first, ...subset]]);
}

function ordersOf<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((order) => [item, ...order]));
}
