// Held from the start: a test's fake timers would stop it.
const schedule = setImmediate;

/** Lets timers, sockets and other work of the event loop come first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => schedule(resolve));
}
