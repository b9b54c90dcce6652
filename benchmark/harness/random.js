/**
 * Random numbers, the same for the same seed (mulberry32).
 * @param {number} seed
 * @returns {() => number} gives a number from 0 up to, but not, 1
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The same elements in random order (Fisher and Yates).
 * @template T
 * @param {readonly T[]} elements
 * @param {() => number} random
 * @returns {T[]}
 */
export function shuffle(elements, random) {
  const shuffled = [...elements];
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [shuffled[index], shuffled[other]] = [/** @type {T} */ (shuffled[other]), /** @type {T} */ (shuffled[index])];
  }
  return shuffled;
}
