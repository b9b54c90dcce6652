/** The injection token of the clock, a `Clock`; a test may put one of its own in its place. */
export const CLOCK = Symbol('clock');
