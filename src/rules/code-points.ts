/** Code points from the first to the last. */
export type CodePointRange = readonly [first: number, last: number];

/** A set of code points, as ranges in ascending order that neither overlap nor touch. */
export type CodePointSet = readonly CodePointRange[];

const LAST_CODE_POINT = 0x10ffff;

export const EVERY_CODE_POINT: CodePointSet = [[0, LAST_CODE_POINT]];

/** The set of the code points in any ranges. */
export function toCodePointSet(ranges: readonly CodePointRange[]): CodePointSet {
  const sorted = ranges.toSorted(([left], [right]) => left - right);
  const merged: [first: number, last: number][] = [];
  for (const [first, last] of sorted) {
    const previous = merged.at(-1);
    if (previous === undefined || first > previous[1] + 1) merged.push([first, last]);
    else if (last > previous[1]) previous[1] = last;
  }
  return merged;
}

/** The code points that are not in a set. */
export function complementOf(set: CodePointSet): CodePointSet {
  const gaps: CodePointRange[] = [];
  let start = 0;
  for (const [first, last] of set) {
    if (first > start) gaps.push([start, first - 1]);
    start = last + 1;
  }
  return start > LAST_CODE_POINT ? gaps : [...gaps, [start, LAST_CODE_POINT]];
}

/** The only code point of a set; undefined: it has none or several. */
export function singleCodePoint(set: CodePointSet): number | undefined {
  const [range] = set;
  return set.length === 1 && range !== undefined && range[0] === range[1] ? range[0] : undefined;
}
