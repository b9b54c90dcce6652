import type { CodePointSet } from './code-points.js';

const FIRST_ASTRAL = 0x10000;

/**
 * Divides the code points into symbols: the fewest intervals such that each set contains all or nothing of a symbol. Matching
 * then looks up a character once, whatever the number and size of the sets.
 */
export class Alphabet {
  /** The first code point of every symbol but symbol 0, ascending. */
  readonly #starts: Uint32Array;
  /** The symbol of each code point up to the last start below U+10000; a search for each character would take longer. */
  readonly #table: Uint16Array;

  constructor(sets: readonly CodePointSet[]) {
    const starts = new Set<number>();
    for (const set of sets) for (const [first, last] of set) starts.add(first).add(last + 1);
    starts.delete(0);
    this.#starts = Uint32Array.from(starts).sort();
    const inTable = this.#starts.filter((start) => start < FIRST_ASTRAL);
    this.#table = new Uint16Array((inTable.at(-1) ?? -1) + 1);
    for (const [index, start] of inTable.entries()) this.#table.fill(index + 1, start, inTable[index + 1]);
  }

  get size(): number {
    return this.#starts.length + 1;
  }

  symbolOf(codePoint: number): number {
    return this.#table[codePoint] ?? this.#bisect(codePoint);
  }

  /** The number of starts up to a code point. */
  #bisect(codePoint: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= codePoint) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
