import { performance } from 'node:perf_hooks';
import { watchLoopDelay } from '../harness/loop-delay.js';
import { shuffle } from '../harness/random.js';
import { SMALL } from './documents.js';
import { createIdentifiers, fill } from './subject.js';

/**
 * @typedef {object} ListingResult
 * @property {string} candidate
 * @property {number} keys how many there are
 * @property {readonly Timed[]} lists of 1 % of them
 * @property {readonly Timed[]} clears of all
 *
 * @typedef {{ ms: number, loopDelay: number, collecting: number }} Timed the two as in a slice
 */

/**
 * Lists 1 % of many keys, and clears them all: every candidate that can, and where there are yet more ours and the limits.
 * @param {import('./throughput.js').Bench} bench
 * @returns {Promise<ListingResult[]>}
 */
export async function measureListing(bench) {
  const { listedKeys, mostListedKeys } = bench.options;
  if (listedKeys === 0) return [];
  const withoutPeers = bench.candidates.filter(({ role }) => role !== 'peer');
  const results = await measureAt(bench, bench.candidates, listedKeys);
  if (mostListedKeys > listedKeys) results.push(...(await measureAt(bench, withoutPeers, mostListedKeys)));
  return results;
}

/**
 * @param {import('./throughput.js').Bench} bench
 * @param {readonly import('../candidates/candidate.js').Candidate[]} candidates
 * @param {number} keys
 * @returns {Promise<ListingResult[]>}
 */
async function measureAt(bench, candidates, keys) {
  const listed = Math.floor(keys / 100);
  const identifiers = [...createIdentifiers('chat', keys - listed), ...createIdentifiers('hit', listed)];
  const entries = [];
  for (const candidate of candidates) {
    const store = await candidate.open(bench.createPlace(`listing-${keys}`));
    const canDo = store.bulk === undefined && store.clear !== undefined;
    if (canDo) {
      bench.say(`${keys} keys in ${candidate.id}`);
      await seed(store, identifiers);
      entries.push({ candidate, store, lists: /** @type {Timed[]} */ ([]), clears: /** @type {Timed[]} */ ([]) });
    } else {
      await store.close();
    }
  }
  for (let round = 0; round < bench.options.listRounds; round += 1) {
    for (const { candidate, store, lists } of shuffle(entries, bench.random)) {
      if (store.list !== undefined) lists.push(await time(candidate, listed, () => store.list?.('hit:')));
    }
  }
  for (let round = 0; round < bench.options.clearRounds; round += 1) {
    for (const { candidate, store, clears } of shuffle(entries, bench.random)) {
      clears.push(await time(candidate, undefined, () => store.clear?.()));
      if (round + 1 < bench.options.clearRounds) await seed(store, identifiers);
    }
  }
  for (const { store } of entries) await store.close();
  return entries.map(({ candidate, lists, clears }) => ({ candidate: candidate.id, keys, lists, clears }));
}

/**
 * @param {import('../candidates/candidate.js').Store} store
 * @param {readonly string[]} identifiers
 */
async function seed(store, identifiers) {
  if (store.seed === undefined) await fill(store, identifiers, SMALL);
  else await store.seed(identifiers);
}

/**
 * @param {import('../candidates/candidate.js').Candidate} candidate
 * @param {number | undefined} expected how many identifiers must be listed
 * @param {() => Promise<unknown> | undefined} work
 * @returns {Promise<Timed>}
 */
async function time({ id }, expected, work) {
  // Collect the garbage of the seeding outside of the measured time.
  globalThis.gc?.();
  const stopWatching = watchLoopDelay();
  const before = performance.now();
  const found = await work();
  const ms = performance.now() - before;
  const { loopDelay, collecting } = await stopWatching();
  if (expected !== undefined && Array.isArray(found) && found.length !== expected) {
    throw new Error(`${id}: expected ${expected} identifiers, got ${found.length}`);
  }
  return { ms, loopDelay, collecting };
}
