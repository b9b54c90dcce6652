import { setImmediate as nextTick } from 'node:timers/promises';
import { BackendError } from '../../src/errors/backend-errors.js';

/** How many calls ended in each way. */
export interface OutcomeCount {
  acknowledged: number;
  unknown: number;
  notApplied: number;
}

/** Counts a call by how it ended; any other error is a defect of the test and is thrown. */
export async function count(outcomes: OutcomeCount, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    outcomes.acknowledged += 1;
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    if (error.outcome === 'unknown') outcomes.unknown += 1;
    else outcomes.notApplied += 1;
  }
}

/** Concurrent callers, each of which repeats the call while `goesOn()`. Resolves when every call has settled. */
export async function keepCalling(
  callers: number,
  call: (caller: number) => Promise<unknown>,
  goesOn: () => boolean,
): Promise<OutcomeCount> {
  const outcomes: OutcomeCount = { acknowledged: 0, unknown: 0, notApplied: 0 };
  const run = async (caller: number): Promise<void> => {
    while (goesOn()) {
      await count(outcomes, () => call(caller));
      await nextTick(); // Calls that fail at once must not keep the others from their sockets.
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)));
  return outcomes;
}
