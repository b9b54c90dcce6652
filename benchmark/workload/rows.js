import { TTL_SECONDS } from '../candidates/candidate.js';
import { largeOf, SMALL, SMALL_NEXT, SMALL_OTHER, smallOf } from './documents.js';

/**
 * One kind of work. `single` and `bulk` make the step that is repeated; undefined: the candidate cannot do it.
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {Record<'quick' | 'full', readonly number[]>} inFlight
 * @property {(subject: Subject) => Step | undefined} single
 * @property {(subject: Subject, bulk: import('../candidates/candidate.js').BulkStore) => Step} [bulk]
 *
 * @typedef {(index: number) => Promise<unknown>} Step
 * @typedef {import('./subject.js').Subject} Subject
 */

/** How many operations are in flight at once. */
const AT_ALL_PACES = { quick: [1, 64, 512], full: [1, 64, 512] };
const AT_TWO_PACES = { quick: [1], full: [1, 64] };

/** @type {readonly Row[]} */
export const ROWS = [
  {
    id: 'get',
    title: 'get, 70 bytes',
    inFlight: AT_ALL_PACES,
    single: ({ store: { get }, identifiers }) => get && ((index) => get(pick(identifiers, index))),
  },
  {
    id: 'get-large',
    title: 'get, 10 KB',
    inFlight: AT_TWO_PACES,
    single: ({ store: { get }, large }) => get && ((index) => get(pick(large, index))),
  },
  {
    id: 'set',
    title: 'set, 70 bytes',
    inFlight: AT_ALL_PACES,
    single: ({ store: { set }, identifiers }) => set && ((index) => set(pick(identifiers, index), smallOf(index))),
    bulk:
      ({ identifiers }, { set, rows }) =>
      (call) =>
        set(pickMany(identifiers, call, rows), smallOf(call)),
  },
  {
    id: 'set-large',
    title: 'set, 10 KB',
    inFlight: AT_TWO_PACES,
    single: ({ store: { set }, large }) => set && ((index) => set(pick(large, index), largeOf(index))),
  },
  {
    id: 'set-ttl',
    title: 'set with ttl, 70 bytes',
    inFlight: AT_ALL_PACES,
    single: ({ store: { setTtl }, identifiers }) =>
      setTtl && ((index) => setTtl(pick(identifiers, index), smallOf(index), TTL_SECONDS)),
    bulk:
      ({ identifiers }, { setTtl, rows }) =>
      (call) =>
        setTtl(pickMany(identifiers, call, rows), smallOf(call), TTL_SECONDS),
  },
  { id: 'swap-won', title: 'compare-and-set, won', inFlight: AT_ALL_PACES, single: winSwap, bulk: winSwaps },
  { id: 'swap-lost', title: 'compare-and-set, lost', inFlight: AT_TWO_PACES, single: loseSwap },
  {
    id: 'increment-many',
    title: 'increment, many keys',
    inFlight: AT_ALL_PACES,
    single: ({ store: { increment }, identifiers }) => increment && ((index) => increment(pick(identifiers, index))),
    bulk:
      ({ identifiers }, { increment, rows }) =>
      (call) =>
        increment(pickMany(identifiers, call, rows)),
  },
  {
    id: 'increment-hot',
    title: 'increment, one hot key',
    inFlight: { quick: [1, 64], full: [1, 64, 512] },
    single: ({ store: { increment } }) => increment && (() => increment('hot')),
    bulk: (_, { increment, rows }) => {
      const hot = Array.from({ length: rows }, () => 'hot');
      return () => increment(hot);
    },
  },
  {
    id: 'increment-ttl',
    title: 'increment with ttl, many keys',
    inFlight: AT_TWO_PACES,
    single: ({ store: { incrementTtl }, identifiers }) =>
      incrementTtl && ((index) => incrementTtl(`ttl:${pick(identifiers, index)}`, TTL_SECONDS)),
  },
  {
    id: 'update',
    title: 'update, 64 callers on 4 keys',
    inFlight: { quick: [64], full: [64] },
    single: ({ store: { update }, contended }) => update && ((index) => update(pick(contended, index), addToTotal)),
  },
  {
    id: 'get-many',
    title: 'getStates of 50',
    inFlight: AT_TWO_PACES,
    single: ({ store: { getMany }, identifiers }) =>
      getMany && ((index) => getMany(pickMany(identifiers, index, MANY))),
  },
];

const MANY = 50;

/** @param {{ name: string, data: { total: number } }} document */
function addToTotal(document) {
  return { ...document, data: { ...document.data, total: document.data.total + 1 } };
}

/**
 * @param {Subject} subject
 * @returns {Step | undefined}
 */
function winSwap({ store: { compareAndSet }, swapped, versions }) {
  if (compareAndSet === undefined) return undefined;
  const last = swapped.length - 1;
  return async (index) => {
    const at = index & last;
    const isNext = versions[at] === 1;
    const hasWon = await compareAndSet(
      /** @type {string} */ (swapped[at]),
      isNext ? SMALL_NEXT : SMALL,
      isNext ? SMALL : SMALL_NEXT,
    );
    if (!hasWon) throw new Error('a compare-and-set without contention was lost');
    versions[at] = isNext ? 0 : 1;
  };
}

/**
 * @param {Subject} subject
 * @param {import('../candidates/candidate.js').BulkStore} bulk
 * @returns {Step}
 */
function winSwaps({ swapped, versions }, { compareAndSet, rows }) {
  return async (call) => {
    const at = (call * rows) & (versions.length - 1);
    const isNext = versions[at] === 1;
    const [expected, next] = isNext ? [SMALL_NEXT, SMALL] : [SMALL, SMALL_NEXT];
    const won = await compareAndSet(pickMany(swapped, call, rows), expected, next);
    if (won !== rows) throw new Error(`of ${rows} compare-and-sets without contention ${won} were won`);
    versions.fill(isNext ? 0 : 1, at, at + rows);
  };
}

/**
 * @param {Subject} subject
 * @returns {Step | undefined}
 */
function loseSwap({ store: { compareAndSet }, identifiers }) {
  if (compareAndSet === undefined) return undefined;
  return async (index) => {
    const hasWon = await compareAndSet(pick(identifiers, index), SMALL_OTHER, SMALL_NEXT);
    if (hasWon) throw new Error('a compare-and-set that expects what is not there was won');
  };
}

/**
 * @param {readonly string[]} identifiers as many as a power of two
 * @param {number} index
 */
function pick(identifiers, index) {
  return /** @type {string} */ (identifiers[index & (identifiers.length - 1)]);
}

/**
 * @param {readonly string[]} identifiers as many as a power of two
 * @param {number} call
 * @param {number} count
 */
function pickMany(identifiers, call, count) {
  const from = Math.min((call * count) & (identifiers.length - 1), identifiers.length - count);
  return identifiers.slice(from, from + count);
}
