/** A clock that never steps back; its origin is arbitrary. `Date.now` does not qualify: the system time can be set back. */
export interface MonotonicClock {
  /** The current time in milliseconds, fractions allowed. */
  now(): number;
}

/** The time since this process started. */
export const monotonicClock: MonotonicClock = { now: () => performance.now() };
