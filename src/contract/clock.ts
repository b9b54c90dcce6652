/** The time source of a storage. Tests inject their own, to decide when a state expires. */
export interface Clock {
  /** The current time in milliseconds since the Unix epoch, as `Date.now()` returns it. */
  now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that never steps back; its origin is arbitrary. `Date.now` does not qualify: the system time can be set back. */
export interface MonotonicClock {
  /** The current time in milliseconds, fractions allowed. */
  now(): number;
}

/** The time since this process started. */
export const monotonicClock: MonotonicClock = { now: () => performance.now() };
