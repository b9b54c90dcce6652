// Not the global ones: a test of the app may have replaced them.
import { performance as realPerformance } from 'node:perf_hooks';
import { setImmediate as schedule, setTimeout as scheduleIn } from 'node:timers';

/** Milliseconds of work after which timers and sockets must get their turn. */
const TICK_BUDGET_MS = 5;

/** When `isTickBudgetSpent` was first called in the current turn of the event loop; undefined: not yet. */
let turnStartedAt: number | undefined;

/**
 * Whether this turn of the event loop has lasted too long. Callers that always continue at once block everything else:
 * forever with a synchronous driver such as better-sqlite3, and for long when many replies arrive together.
 */
export function isTickBudgetSpent(): boolean {
  const now = realPerformance.now();
  if (turnStartedAt !== undefined) return now - turnStartedAt > TICK_BUDGET_MS;
  turnStartedAt = now;
  schedule(endTurn).unref();
  return false;
}

function endTurn(): void {
  turnStartedAt = undefined;
}

/** Resolves in the next turn of the event loop, so that timers and sockets run first. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => schedule(resolve));
}

/**
 * Runs a callback after all microtasks of this turn. Captured at import, so that fake timers in a test of the app cannot
 * stop it. Fake timers that were installed before the import mark what they replace with `clock`.
 */
export const afterMicrotasks: (callback: () => void) => void =
  'clock' in setTimeout ? (callback) => void schedule(callback) : process.nextTick.bind(process);

/** Resolves after a number of milliseconds, also while a test of the app has replaced the timers. */
export function pauseFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => scheduleIn(resolve, milliseconds));
}
