import { InvalidPatternError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';
import { Alphabet } from './alphabet.js';
import { MAX_IDENTIFIER_BYTES } from './arguments.js';
import { type CodePointSet, singleCodePoint } from './code-points.js';
import { readPattern } from './pattern-reader.js';
import { PatternSegment } from './pattern-segment.js';

/** The longest pattern, in UTF-8 bytes: every identifier can be written as one, with each of its characters escaped. */
const MAX_PATTERN_BYTES = 1024;

/** A parsed glob over identifiers (rule LS-2). */
export interface IdentifierPattern {
  /** Every match starts with it, so a driver can narrow its search. */
  readonly literalPrefix: string;
  /** @param identifier - a valid identifier (rule ID-1) */
  matches(identifier: string): boolean;
}

/**
 * Parses a glob: `*` any run, `?` one code point, `[abc]` `[a-z]` `[^a]` one of / not of, `\x` the character x.
 * As in Redis, `[]` matches nothing, `[^]` any one, a `-` at either end of a class is literal, and `[z-a]` is `[a-z]`.
 * @throws InvalidPatternError for an unclosed `[`, a trailing `\` or too many bytes
 */
export function parsePattern(pattern: unknown): IdentifierPattern {
  assertPatternText(pattern);
  const segments = readPattern(pattern);
  const literalPrefix = leadingLiteral(segments[0] ?? []);
  const isLiteral = segments[0]?.length === Array.from(literalPrefix).length;
  if (isLiteral && segments.length === 1) {
    return { literalPrefix, matches: (identifier) => identifier === literalPrefix };
  }
  if (isLiteral && segments.length === 2 && segments[1]?.length === 0) {
    return { literalPrefix, matches: (identifier) => identifier.startsWith(literalPrefix) };
  }
  const sets = segments.flat();
  // Longer than any identifier.
  if (sets.length > MAX_IDENTIFIER_BYTES) return { literalPrefix, matches: () => false };
  const compiled = new CompiledPattern(segments, sets);
  return {
    literalPrefix,
    matches: (identifier) => identifier.startsWith(literalPrefix) && compiled.matches(identifier),
  };
}

function assertPatternText(pattern: unknown): asserts pattern is string {
  if (typeof pattern !== 'string') {
    throw new InvalidPatternError(`pattern: expected a string, got ${describeValue(pattern)}.`);
  }
  const bytes = Buffer.byteLength(pattern);
  if (bytes > MAX_PATTERN_BYTES) {
    throw new InvalidPatternError(`pattern: expected at most ${MAX_PATTERN_BYTES} UTF-8 bytes, got ${bytes}.`);
  }
}

/**
 * Stops before characters that no identifier may contain, and at the maximum length, so the prefix is always a valid
 * start of an identifier.
 */
function leadingLiteral(segment: readonly CodePointSet[]): string {
  const codePoints: number[] = [];
  for (const set of segment.slice(0, MAX_IDENTIFIER_BYTES)) {
    const codePoint = singleCodePoint(set);
    if (codePoint === undefined || codePoint === 0 || isSurrogate(codePoint)) break;
    codePoints.push(codePoint);
  }
  return String.fromCodePoint(...codePoints);
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

/**
 * A glob of several segments: the first one must match at the start, the last one at the end, and each other one at its first
 * match after the previous one. A later match cannot help, because `*` may match the characters between, so each character is
 * visited once per search: (characters × words of the segment) steps, at most 512 × 16.
 */
class CompiledPattern {
  readonly #alphabet: Alphabet;
  readonly #first: PatternSegment;
  readonly #middle: readonly PatternSegment[];
  /** undefined: the pattern has no `*`. */
  readonly #last: PatternSegment | undefined;
  /** The characters that a match has at least. */
  readonly #length: number;
  readonly #symbols = new Uint16Array(MAX_IDENTIFIER_BYTES);

  constructor(segments: readonly (readonly CodePointSet[])[], sets: readonly CodePointSet[]) {
    const alphabet = new Alphabet(sets);
    const [first, ...others] = segments.map((sets) => new PatternSegment(sets, alphabet));
    this.#alphabet = alphabet;
    this.#first = first ?? new PatternSegment([], alphabet);
    this.#last = others.pop();
    this.#middle = others.filter(({ length }) => length > 0);
    this.#length = sets.length;
  }

  matches(identifier: string): boolean {
    // A character has one or two UTF-16 units.
    if (identifier.length < this.#length || identifier.length > MAX_IDENTIFIER_BYTES) return false;
    const symbols = this.#symbols;
    const length = this.#toSymbols(identifier);
    if (length < this.#length || !this.#first.matchesAt(symbols, 0)) return false;
    if (this.#last === undefined) return length === this.#length;
    const end = length - this.#last.length;
    if (!this.#last.matchesAt(symbols, end)) return false;
    let position: number | undefined = this.#first.length;
    for (const segment of this.#middle) {
      position = segment.find(symbols, position, end);
      if (position === undefined) return false;
    }
    return true;
  }

  /** Returns the number of characters. */
  #toSymbols(identifier: string): number {
    let length = 0;
    for (let unit = 0; unit < identifier.length; length += 1) {
      const codePoint = identifier.codePointAt(unit) ?? 0;
      this.#symbols[length] = this.#alphabet.symbolOf(codePoint);
      unit += codePoint > 0xffff ? 2 : 1;
    }
    return length;
  }
}
