// Held from the start: a test's fake timers would stop it.
const schedule = setImmediate;

/** Lets timers, sockets and other work of the event loop come first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => schedule(resolve));
}

/**
 * For the timer of a time limit: what came in while this process was too busy to look is looked at before `giveUp` is
 * called. An overdue timer comes first otherwise, and gives up what is already there.
 */
export function afterWhatHasCome(giveUp: () => void): () => void {
  return () => void setImmediate(giveUp);
}
