/** Work after which timers and sockets have their turn, in milliseconds. */
const LONGEST_WORK_MS = 5;

// Held from the start: a test's fake timers would stop them.
const schedule = setImmediate;

/** When the turn of the event loop that is under way was first asked about; undefined: not yet. */
let began: number | undefined;

/**
 * Whether work has filled this turn of the event loop. Callers who go on at once hold up everything else: without end
 * where a driver answers without leaving the turn, as better-sqlite3 does, and for long where many answers have come
 * together.
 */
export function isTickBudgetSpent(): boolean {
  const now = performance.now();
  if (began !== undefined) return now - began > LONGEST_WORK_MS;
  began = now;
  schedule(forget).unref();
  return false;
}

function forget(): void {
  began = undefined;
}

/** Lets timers, sockets and other work of the event loop come first. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => schedule(resolve));
}
