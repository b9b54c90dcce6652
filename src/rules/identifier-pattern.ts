import { InvalidPatternError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';
import { MAX_IDENTIFIER_BYTES } from './arguments.js';

/** A parsed glob over identifiers (rule LS-2). */
export interface IdentifierPattern {
  /** Every match starts with it, so a driver can narrow its search. */
  readonly literalPrefix: string;
  matches(identifier: string): boolean;
}

type Token =
  | { readonly kind: 'literal'; readonly codePoint: number }
  | { readonly kind: 'any-one' }
  | { readonly kind: 'any-run' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly Range[] };
type Range = readonly [from: number, to: number];

/**
 * Parses a glob: `*` any run, `?` one code point, `[abc]` `[a-z]` `[^a]` one of / not of, `\x` the character x.
 * As in Redis, `[]` matches nothing, `[^]` any one, a `-` at either end of a class is literal, and `[z-a]` is `[a-z]`.
 * @throws InvalidPatternError for an unclosed `[` or a trailing `\`
 */
export function parsePattern(pattern: unknown): IdentifierPattern {
  if (typeof pattern !== 'string') {
    throw new InvalidPatternError(`pattern: expected a string, got ${describeValue(pattern)}.`);
  }
  const tokens = new PatternReader(pattern).tokens();
  const literals = leadingLiterals(tokens);
  const literalPrefix = literals.map((codePoint) => String.fromCodePoint(codePoint)).join('');
  if (literals.length === tokens.length) {
    return { literalPrefix, matches: (identifier) => identifier === literalPrefix };
  }
  if (literals.length === tokens.length - 1 && tokens.at(-1)?.kind === 'any-run') {
    return { literalPrefix, matches: (identifier) => identifier.startsWith(literalPrefix) };
  }
  return { literalPrefix, matches: (identifier) => matchTokens(tokens, toCodePoints(identifier)) };
}

/**
 * Stops before characters that no identifier may contain, and at the maximum length, so the prefix is always a valid
 * start of an identifier.
 */
function leadingLiterals(tokens: readonly Token[]): readonly number[] {
  const codePoints: number[] = [];
  for (const token of tokens) {
    if (token.kind !== 'literal' || isSurrogate(token.codePoint) || token.codePoint === 0) break;
    if (codePoints.length === MAX_IDENTIFIER_BYTES) break;
    codePoints.push(token.codePoint);
  }
  return codePoints;
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

class PatternReader {
  readonly #codePoints: readonly number[];
  #position = 0;

  constructor(pattern: string) {
    this.#codePoints = toCodePoints(pattern);
  }

  tokens(): readonly Token[] {
    const tokens: Token[] = [];
    while (this.#position < this.#codePoints.length) {
      const token = this.#token();
      // A second `*` in a row adds nothing, and matching is linear only without it.
      if (token.kind !== 'any-run' || tokens.at(-1)?.kind !== 'any-run') tokens.push(token);
    }
    return tokens;
  }

  #token(): Token {
    const codePoint = this.#take('a character');
    switch (codePoint) {
      case STAR:
        return { kind: 'any-run' };
      case QUESTION_MARK:
        return { kind: 'any-one' };
      case OPEN_BRACKET:
        return this.#class();
      case BACKSLASH:
        return { kind: 'literal', codePoint: this.#take('a character after the trailing "\\"') };
      default:
        return { kind: 'literal', codePoint };
    }
  }

  #class(): Token {
    const negated = this.#peek() === CARET;
    if (negated) this.#position += 1;
    const ranges: Range[] = [];
    while (this.#peek() !== CLOSE_BRACKET) ranges.push(this.#range());
    this.#position += 1;
    return { kind: 'class', negated, ranges };
  }

  #range(): Range {
    const from = this.#classMember();
    const isRange = this.#peek() === HYPHEN && this.#codePoints[this.#position + 1] !== CLOSE_BRACKET;
    if (!isRange) return [from, from];
    this.#position += 1;
    const to = this.#classMember();
    return from <= to ? [from, to] : [to, from];
  }

  #classMember(): number {
    const codePoint = this.#take('a "]" for the "["');
    return codePoint === BACKSLASH ? this.#take('a character after the "\\"') : codePoint;
  }

  #peek(): number | undefined {
    return this.#codePoints[this.#position];
  }

  #take(expected: string): number {
    const codePoint = this.#peek();
    if (codePoint === undefined) {
      throw new InvalidPatternError(`pattern: expected ${expected}, but it ends at character ${this.#position}.`);
    }
    this.#position += 1;
    return codePoint;
  }
}

/**
 * Greedy matching that backtracks only to the latest `*`: backtracking to an earlier one cannot help, because the latest
 * can match the same characters. At most (pattern length × identifier length) steps, so linear in the identifier.
 * Source: Kirk J. Krauss, "Matching Wildcards: An Algorithm", Dr. Dobb's, 2008.
 */
function matchTokens(tokens: readonly Token[], text: readonly number[]): boolean {
  let tokenIndex = 0;
  let textIndex = 0;
  let run: { readonly nextToken: number; taken: number } | undefined;
  while (textIndex < text.length) {
    const token = tokens[tokenIndex];
    if (token?.kind === 'any-run') {
      run = { nextToken: tokenIndex + 1, taken: textIndex };
      tokenIndex += 1;
    } else if (token !== undefined && matchesOne(token, text[textIndex] ?? 0)) {
      tokenIndex += 1;
      textIndex += 1;
    } else if (run !== undefined) {
      run.taken += 1;
      textIndex = run.taken;
      tokenIndex = run.nextToken;
    } else {
      return false;
    }
  }
  if (tokens[tokenIndex]?.kind === 'any-run') tokenIndex += 1;
  return tokenIndex === tokens.length;
}

function matchesOne(token: Exclude<Token, { kind: 'any-run' }>, codePoint: number): boolean {
  switch (token.kind) {
    case 'literal':
      return token.codePoint === codePoint;
    case 'any-one':
      return true;
    case 'class':
      return token.ranges.some(([from, to]) => from <= codePoint && codePoint <= to) !== token.negated;
  }
}

function toCodePoints(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

const STAR = 0x2a;
const HYPHEN = 0x2d;
const QUESTION_MARK = 0x3f;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const CARET = 0x5e;
