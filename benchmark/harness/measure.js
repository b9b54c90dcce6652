import { performance } from 'node:perf_hooks';
import { watchLoopDelay } from './loop-delay.js';
import { quantile } from './statistics.js';

/** Number of latencies kept per slice; later ones replace the first. */
const KEPT_LATENCIES = 2 ** 15;
/** How often work that stays in microtasks yields to the event loop; otherwise no delay could be measured. */
const TURN_EVERY_MS = 1;

/**
 * @typedef {object} Slice what one candidate did in one round
 * @property {number} perSecond operations a second
 * @property {number} calls how often the step was called
 * @property {number} p50 median latency in ms
 * @property {number} p99 in ms
 * @property {number} loopDelay the event loop's longest delay in ms
 * @property {number} collecting the longest pause of the garbage collector in ms
 */

/**
 * @typedef {object} Pace
 * @property {number} from the index that the step is called with first
 * @property {number} inFlight how many operations are in flight
 * @property {number} durationMs after which no operation is started
 * @property {number} sampleEvery of how many operations one is timed, a power of two: a clock costs as much as a Map
 */

/**
 * Runs a step repeatedly, with `inFlight` calls in flight, and measures its speed.
 * @param {(index: number) => Promise<unknown>} step one operation
 * @param {Pace & { rowsPerCall?: number | undefined }} pace
 * @returns {Promise<Slice>}
 */
export async function measure(step, pace) {
  const stopWatching = watchLoopDelay();
  const { done, elapsedMs, latencies } = await drive(step, pace);
  const { loopDelay, collecting } = await stopWatching();
  return {
    calls: done,
    perSecond: (done * (pace.rowsPerCall ?? 1) * 1000) / elapsedMs,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    loopDelay,
    collecting,
  };
}

/**
 * @param {(index: number) => Promise<unknown>} step
 * @param {Pace} pace
 */
async function drive(step, { from, inFlight, durationMs, sampleEvery }) {
  const latencies = new Float64Array(KEPT_LATENCIES);
  const unsampled = sampleEvery - 1;
  let sampled = 0;
  let started = 0;
  let done = 0;
  let isOver = false;
  /** @type {Promise<void> | null} */
  let turn = null;
  const beginning = performance.now();
  const end = beginning + durationMs;
  let turnedAt = beginning;

  const work = async () => {
    while (!isOver) {
      const index = started;
      started += 1;
      if ((index & unsampled) === 0) {
        const before = performance.now();
        // All workers call a synchronous driver in one turn: the first of them may use up the whole slice.
        isOver = before >= end && index > 0;
        if (isOver) return;
        await step(from + index);
        const after = performance.now();
        latencies[sampled % KEPT_LATENCIES] = after - before;
        sampled += 1;
        isOver ||= after >= end;
        if (after - turnedAt >= TURN_EVERY_MS) {
          turnedAt = after;
          turn ??= nextTurn().then(() => {
            turn = null;
          });
        }
      } else {
        await step(from + index);
      }
      done += 1;
      if (turn !== null) await turn;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const elapsedMs = performance.now() - beginning;
  return { done, elapsedMs, latencies: latencies.subarray(0, Math.min(sampled, KEPT_LATENCIES)) };
}

/** @returns {Promise<void>} */
export function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve));
}
