/**
 * @param {ArrayLike<number>} values
 * @param {number} share from 0 to 1
 * @returns {number} NaN if there are no values
 */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return NaN;
  const position = (sorted.length - 1) * share;
  const below = /** @type {number} */ (sorted[Math.floor(position)]);
  const above = /** @type {number} */ (sorted[Math.ceil(position)]);
  return below + (above - below) * (position - Math.floor(position));
}

/** @param {ArrayLike<number>} values */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * The median of the ratios within the same round: a slow round slows both sides.
 * @param {readonly number[]} values one a round
 * @param {readonly number[]} limits one a round
 */
export function medianRatio(values, limits) {
  return median(values.map((value, round) => value / (limits[round] ?? NaN)));
}
