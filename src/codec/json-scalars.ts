import { assertWellFormed, refuseValue } from './state-validation.js';

/** What JSON escapes, and surrogates, which may stand alone. */
const NEEDS_A_LOOK = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Longer texts are quoted faster without a look at them first. */
const SHORT_TEXT = 64;

/** A text as `JSON.stringify` writes it; a lone surrogate is refused. */
export function quoteText(text: string): string {
  if (text.length <= SHORT_TEXT && !NEEDS_A_LOOK.test(text)) return `"${text}"`;
  assertWellFormed(text);
  return JSON.stringify(text);
}

/** A number as JSON writes it: -0 is 0. */
export function writeNumber(value: number): string {
  return Number.isFinite(value) ? `${value}` : refuseValue(value);
}
