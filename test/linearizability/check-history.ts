import { findEvidence } from './evidence.js';
import { groupBy } from './group-by.js';
import { isLinearizable } from './linearizability.js';
import type { History } from './operation.js';

/** What a history shows. */
export type Verdict =
  | { readonly isLinearizable: true }
  | {
      readonly isLinearizable: false;
      readonly key: string;
      /** The few calls of the key that no order explains. */
      readonly evidence: History;
    };

/**
 * Checks each key separately.
 * @throws SearchGivenUpError where a key could not be decided
 */
export function checkHistory(history: History): Verdict {
  for (const [key, operations] of groupBy(history, ({ key }) => key)) {
    if (!isLinearizable(operations)) return { isLinearizable: false, key, evidence: findEvidence(operations) };
  }
  return { isLinearizable: true };
}
