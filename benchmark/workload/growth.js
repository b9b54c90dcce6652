import { medianRatio } from '../harness/statistics.js';
import { runRounds } from '../harness/rounds.js';
import { createSmall, SMALL, SMALL_NEXT, smallOf } from './documents.js';
import { createIdentifiers, fill } from './subject.js';

/** How many keys a listing finds, whatever the number of keys there are. */
const LISTED_AT_EVERY_SIZE = 100;
/** How many keys are worked on, out of all. */
const SCATTERED = 2 ** 14;

/**
 * @typedef {object} GrowthResult
 * @property {string} row
 * @property {string} candidate
 * @property {Record<string, import('../harness/measure.js').Slice[]>} rounds by number of keys
 *
 * @typedef {object} SizeResult
 * @property {string} candidate
 * @property {number} keys
 * @property {number} bytesPerKey
 *
 * @typedef {Required<import('../candidates/candidate.js').Store>} Store
 * @typedef {{ store: Store, identifiers: readonly string[] }} Sized
 */

/** @type {Record<string, (sized: Sized) => (index: number) => Promise<unknown>>} */
const ROWS = {
  // First, while every document is the one that was seeded.
  'swap-won': winSwap,
  get:
    ({ store, identifiers }) =>
    (index) =>
      store.get(pick(identifiers, index)),
  set:
    ({ store, identifiers }) =>
    (index) =>
      store.set(pick(identifiers, index), smallOf(index)),
  increment:
    ({ store, identifiers }) =>
    (index) =>
      store.increment(pick(identifiers, index)),
  list:
    ({ store }) =>
    () =>
      store.list('few:'),
};

/**
 * How operations slow down as keys become more. A store for each size is open at once, so that the sizes take turns as
 * the candidates do elsewhere. Ours and the first limit only.
 * @param {import('./throughput.js').Bench} bench
 * @returns {Promise<{ growth: GrowthResult[], sizes: SizeResult[] }>}
 */
export async function measureGrowth(bench) {
  const growth = [];
  const sizes = [];
  const { growthSizes, growthRounds, sliceMs } = bench.options;
  const measured = bench.candidates.filter(({ role }) => role !== 'peer').slice(0, growthSizes.length > 0 ? 2 : 0);
  for (const candidate of measured) {
    bench.say(`growth of ${candidate.id}`);
    /** @type {Map<number, Sized>} */
    const opened = new Map();
    for (const keys of growthSizes) {
      const { sized, bytesPerKey } = await openWith(bench, candidate, keys);
      sizes.push({ candidate: candidate.id, keys, bytesPerKey });
      opened.set(keys, sized);
    }
    for (const [row, createStep] of Object.entries(ROWS)) {
      const contestants = [...opened].map(([keys, sized]) => ({ id: `${keys}`, inFlight: 1, step: createStep(sized) }));
      const { sampleEvery, random } = bench;
      const rounds = await runRounds(contestants, { rounds: growthRounds, sliceMs, sampleEvery, random });
      growth.push({ row, candidate: candidate.id, rounds });
    }
    for (const { store } of opened.values()) {
      await store.clear();
      await store.close();
    }
  }
  return { growth, sizes };
}

/**
 * How much longer an operation takes at the larger size than at the smaller one.
 * @param {GrowthResult} result
 * @param {number} small
 * @param {number} large
 */
export function costRatio({ rounds }, small, large) {
  const perSecond = (/** @type {number} */ keys) => (rounds[keys] ?? []).map((slice) => slice.perSecond);
  return medianRatio(perSecond(small), perSecond(large));
}

/**
 * @param {import('./throughput.js').Bench} bench
 * @param {import('../candidates/candidate.js').Candidate} candidate
 * @param {number} keys
 * @returns {Promise<{ sized: Sized, bytesPerKey: number }>}
 */
async function openWith(bench, candidate, keys) {
  const all = createIdentifiers('chat', keys - LISTED_AT_EVERY_SIZE);
  const withListed = [...all, ...createIdentifiers('few', LISTED_AT_EVERY_SIZE)];
  const store = /** @type {Store} */ (await candidate.open(bench.createPlace(`growth-${keys}`)));
  const before = await usedBytes(store);
  await (store.seed === undefined ? fill(store, withListed, createSmall) : store.seed(withListed));
  const bytesPerKey = ((await usedBytes(store)) - before) / keys;
  // Neighbours would all lie in the same few pages.
  const scattered = Array.from({ length: SCATTERED }, () => pick(all, Math.floor(bench.random() * all.length)));
  return { sized: { store, identifiers: [...new Set(scattered)] }, bytesPerKey };
}

/**
 * @param {Sized} sized
 * @returns {(index: number) => Promise<unknown>}
 */
function winSwap({ store, identifiers }) {
  const versions = new Uint8Array(identifiers.length);
  return async (index) => {
    const at = index % identifiers.length;
    const [expected, next] = versions[at] === 1 ? [SMALL_NEXT, SMALL] : [SMALL, SMALL_NEXT];
    const hasWon = await store.compareAndSet(pick(identifiers, at), expected, next);
    if (!hasWon) throw new Error('a compare-and-set without contention was lost');
    versions[at] = versions[at] === 1 ? 0 : 1;
  };
}

/**
 * @param {readonly string[]} identifiers
 * @param {number} index
 */
function pick(identifiers, index) {
  return /** @type {string} */ (identifiers[index % identifiers.length]);
}

/**
 * In the file, on the server, or else on this process' heap.
 * @param {import('../candidates/candidate.js').Store} store
 */
async function usedBytes(store) {
  if (store.usedBytes !== undefined) return store.usedBytes();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
