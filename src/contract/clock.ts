/** Where a storage reads the time. Injected, so that tests decide when a state expires. */
export interface Clock {
  /** The current time in milliseconds since the Unix epoch, as `Date.now()` gives it. */
  now(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };
