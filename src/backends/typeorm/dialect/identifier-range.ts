import type { IdentifierRange } from './dialect.js';

const LAST_CODE_POINT = 0x10ffff;

/**
 * The identifiers that begin with a prefix, as a range of the order by code point: from the prefix itself up to the
 * first text that is greater than all of them. A range is exact and uses the primary key; LIKE would need escapes,
 * ignores case, and reads everything.
 */
export function identifierRange(prefix: string): IdentifierRange {
  return { start: prefix, startIsSeen: false, end: endOf(prefix) };
}

/** The last code point that has a successor is replaced by it, and what follows is cut; null where none has one. */
function endOf(prefix: string): string | null {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === LAST_CODE_POINT) codePoints.pop();
  const last = codePoints.pop();
  return last === undefined ? null : String.fromCodePoint(...codePoints, nextCodePoint(last));
}

/** Surrogates are no characters: a text cannot hold one alone. */
function nextCodePoint(codePoint: number): number {
  return codePoint === 0xd7ff ? 0xe000 : codePoint + 1;
}
