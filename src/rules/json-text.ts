import { assertWellFormed, refuseValue } from './state-rules.js';

/** What JSON escapes, and surrogates, which may stand alone. */
const NEEDS_A_LOOK = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Longer texts are quoted faster without a look at them first. */
const SHORT_TEXT = 64;

/** States are written with the same few keys over and over. */
const MOST_KNOWN_KEYS = 1000;
const knownKeys = new Map<string, string>();

/** A text as `JSON.stringify` writes it; a lone surrogate is refused. */
export function quoteText(text: string): string {
  if (text.length <= SHORT_TEXT && !NEEDS_A_LOOK.test(text)) return `"${text}"`;
  assertWellFormed(text);
  return JSON.stringify(text);
}

/** A key as JSON writes it, with its colon. */
export function quoteKey(key: string): string {
  const known = knownKeys.get(key);
  if (known !== undefined) return known;
  const quoted = `${quoteText(key)}:`;
  if (key.length > SHORT_TEXT) return quoted;
  // Keys that are data, such as user ids, would fill it for good.
  if (knownKeys.size >= MOST_KNOWN_KEYS) knownKeys.clear();
  knownKeys.set(key, quoted);
  return quoted;
}

/** A number as JSON writes it: -0 is 0. */
export function writeNumber(value: number): string {
  return Number.isFinite(value) ? `${value}` : refuseValue(value);
}
