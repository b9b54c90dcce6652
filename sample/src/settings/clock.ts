/** The injection token of the clock, a `Clock`; a test may replace it. */
export const CLOCK = Symbol('clock');
