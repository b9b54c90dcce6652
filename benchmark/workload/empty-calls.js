import { measure } from '../harness/measure.js';
import { median } from '../harness/statistics.js';

const PACES = [1, 64, 512];

/**
 * How often the benchmark itself can call a function that does nothing: the part of every number that is its own.
 * @param {import('./throughput.js').Bench} bench
 * @returns {Promise<{ inFlight: number, perSecond: number }[]>}
 */
export async function measureCalls({ options, sampleEvery }) {
  const doNothing = async () => {};
  const results = [];
  for (const inFlight of PACES) {
    const rounds = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const slice = await measure(doNothing, { from: 0, inFlight, durationMs: options.sliceMs, sampleEvery });
      rounds.push(slice.perSecond);
    }
    results.push({ inFlight, perSecond: median(rounds) });
  }
  return results;
}
