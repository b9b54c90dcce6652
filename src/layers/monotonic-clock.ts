/** A clock that only goes forward, at whatever moment it began. `Date.now` is none: it is set now and then. */
export interface MonotonicClock {
  /** The current time in milliseconds, fractions allowed. */
  now(): number;
}

/** The time of this process. */
export const monotonicClock: MonotonicClock = { now: () => performance.now() };
