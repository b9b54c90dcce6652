import { InvalidPatternError } from '../../errors/usage-errors.js';

/** One element of a pattern: `*`, which matches any number of characters, or one character that passes a test. */
type Token = { readonly kind: 'any' } | { readonly kind: 'one'; readonly accepts: (character: string) => boolean };

/**
 * Whether a glob matches a whole identifier, straight from the definition (rule LS-2): for each token, computes the
 * set of positions that can be reached. No recursion and no shortcuts; quadratic at worst.
 */
export function matchesReferencePattern(pattern: string, identifier: string): boolean {
  const characters = [...identifier];
  let reached = new Set([0]);
  for (const token of parse(pattern)) reached = advance(token, characters, reached);
  return reached.has(characters.length);
}

/** @throws InvalidPatternError for an unclosed bracket, a trailing backslash or more than 1,024 UTF-8 bytes */
export function assertReferencePattern(pattern: unknown): asserts pattern is string {
  if (typeof pattern !== 'string') throw new InvalidPatternError('expected a string');
  if (new TextEncoder().encode(pattern).length > 1024) throw new InvalidPatternError('the pattern is too long');
  parse(pattern);
}

function advance(token: Token, characters: readonly string[], reached: ReadonlySet<number>): Set<number> {
  if (token.kind === 'any') return everyPositionFrom(Math.min(...reached), characters.length);
  const next = new Set<number>();
  for (const position of reached) {
    const character = characters[position];
    if (character !== undefined && token.accepts(character)) next.add(position + 1);
  }
  return next;
}

/** Empty if `first` is Infinity, which `Math.min` returns for an empty set of positions. */
function everyPositionFrom(first: number, last: number): Set<number> {
  const positions = new Set<number>();
  for (let position = first; position <= last; position++) positions.add(position);
  return positions;
}

function parse(pattern: string): Token[] {
  const characters = [...pattern];
  const tokens: Token[] = [];
  while (characters.length > 0) tokens.push(nextToken(characters));
  return tokens;
}

function nextToken(rest: string[]): Token {
  const character = rest.shift();
  if (character === '*') return { kind: 'any' };
  if (character === '?') return { kind: 'one', accepts: () => true };
  if (character === '[') return nextClass(rest);
  const literal = character === '\\' ? nextEscaped(rest) : character;
  return { kind: 'one', accepts: (candidate) => candidate === literal };
}

/** A member of a character class. An escaped `-` never forms a range. */
interface Member {
  readonly character: string;
  readonly isDash: boolean;
}

function nextClass(rest: string[]): Token {
  const isNegated = rest[0] === '^';
  if (isNegated) rest.shift();
  const members: Member[] = [];
  for (;;) {
    const character = rest.shift();
    if (character === undefined) throw new InvalidPatternError('a bracket is not closed');
    if (character === ']') return { kind: 'one', accepts: (candidate) => isIn(members, candidate) !== isNegated };
    if (character === '\\') members.push({ character: nextEscaped(rest), isDash: false });
    else members.push({ character, isDash: character === '-' });
  }
}

function isIn(members: readonly Member[], candidate: string): boolean {
  let index = 0;
  while (index < members.length) {
    const [first, dash, last] = members.slice(index, index + 3);
    const isRange = dash?.isDash === true && last !== undefined;
    if (isRange && isBetween(first, last, candidate)) return true;
    if (!isRange && first?.character === candidate) return true;
    index += isRange ? 3 : 1;
  }
  return false;
}

function isBetween(first: Member | undefined, last: Member, candidate: string): boolean {
  const [low = 0, high = 0] = [codePoint(first?.character), codePoint(last.character)].toSorted((a, b) => a - b);
  return low <= codePoint(candidate) && codePoint(candidate) <= high;
}

function codePoint(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0;
}

function nextEscaped(rest: string[]): string {
  const character = rest.shift();
  if (character === undefined) throw new InvalidPatternError('the pattern ends with a backslash');
  return character;
}
