import { measure } from './measure.js';
import { shuffle } from './random.js';

/**
 * A contestant of one row.
 *
 * @typedef {object} Contestant
 * @property {string} id
 * @property {(index: number) => Promise<unknown>} step
 * @property {number} inFlight
 * @property {number | undefined} [rowsPerCall]
 *
 * @typedef {Record<string, import('./measure.js').Slice[]>} Rounds slices by contestant, one a round
 */

/**
 * Runs the contestants one after another in each round, in a new order every round, so that a slow period of the machine
 * affects all of them. A first round warms up and is not counted.
 * @param {readonly Contestant[]} contestants
 * @param {{ rounds: number, sliceMs: number, sampleEvery: number, random: () => number }} settings
 * @returns {Promise<Rounds>}
 */
export async function runRounds(contestants, { rounds, sliceMs, sampleEvery, random }) {
  /** @type {Rounds} */
  const slices = Object.fromEntries(contestants.map(({ id }) => [id, []]));
  // Each continues where it stopped: otherwise it would write the same values again.
  const next = new Map(contestants.map(({ id }) => [id, Math.floor(random() * 2 ** 20)]));
  for (let round = -1; round < rounds; round += 1) {
    for (const { id, step, inFlight, rowsPerCall } of shuffle(contestants, random)) {
      // Collect the garbage of the others outside of the measured time.
      globalThis.gc?.({ type: 'minor', execution: 'sync' });
      const from = next.get(id) ?? 0;
      const slice = await measure(step, { from, inFlight, durationMs: sliceMs, sampleEvery, rowsPerCall });
      next.set(id, from + slice.calls);
      if (round >= 0) slices[id]?.push(slice);
    }
  }
  return slices;
}
