import { setImmediate as nextTick } from 'node:timers/promises';
import { BackendError } from '../../src/errors/backend-errors.js';

/** What became of many calls. */
export interface OutcomeCount {
  acknowledged: number;
  unknown: number;
  notApplied: number;
}

/** Counts a call by how it ended; what is no error of a backend is a fault of the test. */
export async function count(tally: OutcomeCount, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    tally.acknowledged += 1;
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    if (error.outcome === 'unknown') tally.unknown += 1;
    else tally.notApplied += 1;
  }
}

/** Calls side by side, each anew as soon as it has ended, until told to stop. Resolves when every call has settled. */
export async function keepCalling(
  callers: number,
  call: (caller: number) => Promise<unknown>,
  goesOn: () => boolean,
): Promise<OutcomeCount> {
  const tally: OutcomeCount = { acknowledged: 0, unknown: 0, notApplied: 0 };
  const run = async (caller: number): Promise<void> => {
    while (goesOn()) {
      await count(tally, () => call(caller));
      await nextTick(); // Calls that fail at once must not keep the others from their sockets.
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)));
  return tally;
}
