/** The time source of a storage. Tests inject their own, to decide when a state expires. */
export interface Clock {
  /** The current time in milliseconds since the Unix epoch, as `Date.now()` returns it. */
  now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };
