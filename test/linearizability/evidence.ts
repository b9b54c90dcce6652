import { isLinearizable, SearchLimitError } from './linearizability.js';
import type { Operation } from './operation.js';
import { changesNothing } from './sequential-model.js';

/** Finding less to show is not worth more. */
const MOST_CONFIGURATIONS = 5_000;

/**
 * The part of a refuted key that is worth showing: cut after the first result that no order explains, and without what
 * explains nothing. Weaker than the whole it is refuted all the same.
 */
export function findEvidence(operations: readonly Operation[]): readonly Operation[] {
  const cut = cutAfterFirstFault(operations);
  let evidence: readonly Operation[] = cut.filter(({ outcome }) => outcome.kind !== 'not-applied');
  for (const operation of evidence.toReversed()) {
    for (const weaker of weakerThan(evidence, operation)) {
      if (!isRefuted(weaker)) continue;
      evidence = weaker;
      break;
    }
  }
  return [...evidence, ...cut.filter((operation) => wouldExplain(operation, evidence))];
}

/** Whether a call that was reported as not applied explains everything if it was applied. */
function wouldExplain(operation: Operation, evidence: readonly Operation[]): boolean {
  return operation.outcome.kind === 'not-applied' && !isRefuted([...evidence, forgetResult(operation)]);
}

/** A prefix of a linearizable history is linearizable, so halving finds the first fault. */
function cutAfterFirstFault(operations: readonly Operation[]): readonly Operation[] {
  const returns = operations.flatMap(({ outcome }) => (outcome.kind === 'ok' ? [outcome.returnedAt] : []));
  const moments = returns.sort((one, other) => one - other);
  let low = 0;
  let high = moments.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isLinearizable(until(operations, moments[middle] ?? Infinity))) low = middle + 1;
    else high = middle;
  }
  return until(operations, moments[high] ?? Infinity);
}

/** What was known at a moment: a call without a result until then may or may not have taken place. */
function until(operations: readonly Operation[], moment: number): readonly Operation[] {
  return operations
    .filter(({ calledAt }) => calledAt <= moment)
    .map((operation) => {
      const { outcome } = operation;
      return outcome.kind === 'ok' && outcome.returnedAt > moment ? forgetResult(operation) : operation;
    })
    .filter(({ call, outcome }) => outcome.kind !== 'unknown' || !changesNothing(call, null));
}

/** Without a call where that is fair, otherwise with its result removed: a write whose value is read must stay. */
function weakerThan(operations: readonly Operation[], operation: Operation): (readonly Operation[])[] {
  const without = operations.filter((candidate) => candidate !== operation);
  const { call, outcome } = operation;
  if (outcome.kind === 'ok' && changesNothing(call, outcome.result)) return [without];
  const forgotten = operations.map((candidate) => (candidate === operation ? forgetResult(operation) : candidate));
  return outcome.kind === 'ok' ? [forgotten] : [];
}

function forgetResult(operation: Operation): Operation {
  return { ...operation, outcome: { kind: 'unknown' } };
}

/** A history that cannot be decided cheaply is not evidence. */
function isRefuted(operations: readonly Operation[]): boolean {
  try {
    return !isLinearizable(operations, MOST_CONFIGURATIONS);
  } catch (error) {
    if (error instanceof SearchLimitError) return false;
    throw error;
  }
}
