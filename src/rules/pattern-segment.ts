import type { Alphabet } from './alphabet.js';
import type { CodePointSet } from './code-points.js';

const BITS = 32;

/**
 * The part of a glob between two `*`: one set of code points for each character. A segment is searched with the Shift-And
 * algorithm, which advances all partial matches by one character at once, as the bits of a few words.
 * Source: R. Baeza-Yates and G. H. Gonnet, "A New Approach to Text Searching", CACM 35(10), 1992.
 */
export class PatternSegment {
  readonly length: number;
  readonly #words: number;
  /** For each symbol, `#words` words: bit n is set if the n-th character may be that symbol. */
  readonly #masks: Int32Array;
  /** Bit n: the last n + 1 characters match the start of the segment. */
  readonly #matched: Int32Array;

  constructor(sets: readonly CodePointSet[], alphabet: Alphabet) {
    this.length = sets.length;
    this.#words = Math.ceil(sets.length / BITS);
    this.#masks = createMasks(sets, this.#words, alphabet);
    this.#matched = new Int32Array(this.#words);
  }

  /** Whether the symbols from a position on match. */
  matchesAt(symbols: Uint16Array, position: number): boolean {
    for (let index = 0; index < this.length; index += 1) {
      const word = this.#masks[(symbols[position + index] ?? 0) * this.#words + (index >> 5)] ?? 0;
      if (((word >> (index & 31)) & 1) === 0) return false;
    }
    return true;
  }

  /**
   * The end of the first match between two positions; undefined: there is none. Visits each symbol once, and of the words only
   * those of matches that can still end in time: at most (length × (to - from - length)) / 32 + 2 × (to - from) of them.
   */
  find(symbols: Uint16Array, from: number, to: number): number | undefined {
    const masks = this.#masks;
    const matched = this.#matched.fill(0);
    const words = this.#words;
    const found = 1 << ((this.length - 1) & 31);
    const lastStart = to - this.length;
    for (let position = from; position < to; position += 1) {
      const mask = (symbols[position] ?? 0) * words;
      const first = Math.max(position - lastStart, 0) >> 5;
      const last = Math.min(position - from, this.length - 1) >> 5;
      // A match may start at every symbol.
      let carried = first === 0 ? 1 : (matched[first - 1] ?? 0) >>> 31;
      for (let index = first; index <= last; index += 1) {
        const word = matched[index] ?? 0;
        matched[index] = ((word << 1) | carried) & (masks[mask + index] ?? 0);
        carried = word >>> 31;
      }
      if (((matched[words - 1] ?? 0) & found) !== 0) return position + 1;
    }
    return undefined;
  }
}

/** Marks in each set where its ranges start and end, and so needs one pass over the symbols for all of them. */
function createMasks(sets: readonly CodePointSet[], words: number, alphabet: Alphabet): Int32Array {
  const masks = new Int32Array(alphabet.size * words);
  for (const [index, set] of sets.entries()) {
    const bit = 1 << (index & 31);
    for (const [first, last] of set) {
      toggle(masks, alphabet.symbolOf(first) * words + (index >> 5), bit);
      toggle(masks, alphabet.symbolOf(last + 1) * words + (index >> 5), bit);
    }
  }
  for (let position = words; position < masks.length; position += 1) {
    toggle(masks, position, masks[position - words] ?? 0);
  }
  return masks;
}

function toggle(masks: Int32Array, position: number, bits: number): void {
  masks[position] = (masks[position] ?? 0) ^ bits;
}
