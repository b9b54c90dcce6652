import { LARGE, SMALL } from './documents.js';

const LARGE_IDENTIFIERS = 128;
const CONTENDED_IDENTIFIERS = 4;
/** How many writes of different identifiers are in flight while stores are filled. */
const FILL_IN_FLIGHT = 256;

/**
 * An open store and the data that the work needs about it.
 *
 * @typedef {object} Subject
 * @property {import('../candidates/candidate.js').Candidate} candidate
 * @property {import('../candidates/candidate.js').Store} store
 * @property {readonly string[]} identifiers hold the small document; as many as a power of two
 * @property {readonly string[]} swapped identifiers that only compare-and-sets write
 * @property {Uint8Array} versions the state under `swapped`: 0 for `SMALL`, 1 for `SMALL_NEXT`
 * @property {readonly string[]} large identifiers that hold the large document; as many as a power of two
 * @property {readonly string[]} contended identifiers that many callers change concurrently
 */

/**
 * @param {string} prefix
 * @param {number} count
 * @returns {string[]}
 */
export function createIdentifiers(prefix, count) {
  return Array.from({ length: count }, (_, index) => `${prefix}:${String(index).padStart(7, '0')}`);
}

/**
 * @param {import('../candidates/candidate.js').Candidate} candidate
 * @param {import('../candidates/candidate.js').Store} store
 * @param {number} count
 * @returns {Promise<Subject>}
 */
export async function createSubject(candidate, store, count) {
  const subject = {
    candidate,
    store,
    identifiers: createIdentifiers('chat', count),
    swapped: createIdentifiers('swap', count),
    versions: new Uint8Array(count),
    large: createIdentifiers('large', LARGE_IDENTIFIERS),
    contended: createIdentifiers('busy', CONTENDED_IDENTIFIERS),
  };
  await fill(store, subject.identifiers, SMALL);
  await fill(store, subject.large, LARGE);
  if (store.compareAndSet || store.bulk) await fill(store, [...subject.swapped, ...subject.contended], SMALL);
  return subject;
}

/**
 * Puts a document under each identifier; does nothing for a store that keeps no documents.
 * @param {import('../candidates/candidate.js').Store} store
 * @param {readonly string[]} identifiers
 * @param {import('../candidates/candidate.js').Document | (() => import('../candidates/candidate.js').Document)} document
 */
export async function fill(store, identifiers, document) {
  const { bulk, set } = store;
  const create = typeof document === 'function' ? document : () => document;
  await store.setSync?.('OFF');
  if (bulk !== undefined) {
    for (let from = 0; from < identifiers.length; from += bulk.rows) {
      await bulk.set(identifiers.slice(from, from + bulk.rows), create());
    }
  } else if (set !== undefined) {
    for (let from = 0; from < identifiers.length; from += FILL_IN_FLIGHT) {
      await Promise.all(identifiers.slice(from, from + FILL_IN_FLIGHT).map((identifier) => set(identifier, create())));
    }
  }
  await store.setSync?.('FULL');
}
