import { InvalidPatternError } from '../errors/usage-errors.js';
import {
  type CodePointRange,
  type CodePointSet,
  complementOf,
  EVERY_CODE_POINT,
  toCodePointSet,
} from './code-points.js';

/**
 * Reads a glob as its segments, the parts between two `*`; without `*` there is one. Each character of a segment is the set of
 * the code points that it matches.
 * @throws InvalidPatternError for an unclosed `[` or a trailing `\`
 */
export function readPattern(pattern: string): readonly (readonly CodePointSet[])[] {
  return new PatternReader(pattern).segments();
}

class PatternReader {
  readonly #codePoints: readonly number[];
  #position = 0;

  constructor(pattern: string) {
    this.#codePoints = Array.from(pattern, (character) => character.codePointAt(0) ?? 0);
  }

  segments(): readonly (readonly CodePointSet[])[] {
    let segment: CodePointSet[] = [];
    const segments = [segment];
    while (this.#position < this.#codePoints.length) {
      const codePoint = this.#take('a character');
      if (codePoint === STAR) segments.push((segment = []));
      else segment.push(this.#set(codePoint));
    }
    return segments;
  }

  #set(codePoint: number): CodePointSet {
    switch (codePoint) {
      case QUESTION_MARK:
        return EVERY_CODE_POINT;
      case OPEN_BRACKET:
        return this.#class();
      case BACKSLASH:
        return onlyCodePoint(this.#take('a character after the trailing "\\"'));
      default:
        return onlyCodePoint(codePoint);
    }
  }

  #class(): CodePointSet {
    const isNegated = this.#peek() === CARET;
    if (isNegated) this.#position += 1;
    const ranges: CodePointRange[] = [];
    while (this.#peek() !== CLOSE_BRACKET) ranges.push(this.#range());
    this.#position += 1;
    const set = toCodePointSet(ranges);
    return isNegated ? complementOf(set) : set;
  }

  #range(): CodePointRange {
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

function onlyCodePoint(codePoint: number): CodePointSet {
  return [[codePoint, codePoint]];
}

const STAR = 0x2a;
const HYPHEN = 0x2d;
const QUESTION_MARK = 0x3f;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const CARET = 0x5e;
