import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { LARGE, SMALL, SMALL_NEXT, SMALL_OTHER } from './documents.js';
import { createIdentifiers } from './subject.js';

const AT_ONCE = 50;
/** Some peers count whole seconds: a ttl of one may take two. */
const EXPIRED_AFTER_MS = 2100;

/**
 * Throws unless a candidate does what its operations say; run before anything is timed, on a separate store.
 * @param {import('../candidates/candidate.js').Candidate} candidate
 * @param {import('../candidates/candidate.js').Place} place
 * @param {{ outlivesClose: boolean }} settings
 */
export async function verify(candidate, place, { outlivesClose }) {
  const { id, maxInFlight = AT_ONCE } = candidate;
  const check = createCheck(id);
  const store = await candidate.open(place);
  await verifyDocuments(store, check);
  await verifySwaps(store, check);
  await verifyUpdates(store, check);
  await verifyCounters(store, check, maxInFlight);
  await verifyBulk(store, check);
  await verifyListing(store, check);
  await store.set?.('chat:kept', SMALL);
  const total = (await store.increment?.('kept')) ?? 0;
  await store.close();
  if (!outlivesClose) return;
  const reopened = await candidate.open(place);
  if (reopened.set !== undefined) check('what was kept', plain(await reopened.get?.('chat:kept')), SMALL);
  if (reopened.increment !== undefined) check('the counter kept', await reopened.increment('kept'), total + 1);
  await reopened.close();
}

/** @typedef {(what: string, found: unknown, expected: unknown) => void} Check */
/** @typedef {import('../candidates/candidate.js').Store} Store */

/**
 * @param {string} id
 * @returns {Check}
 */
function createCheck(id) {
  return (what, found, expected) => {
    if (isDeepStrictEqual(found, expected)) return;
    throw new Error(`${id}: ${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`);
  };
}

/**
 * @param {Store} store
 * @param {Check} check
 */
async function verifyDocuments({ set, setTtl, get, getMany }, check) {
  if (set === undefined || get === undefined) return;
  check('what was never written', (await get('chat:none')) ?? null, null);
  await set('chat:small', SMALL);
  await set('chat:large', LARGE);
  check('a small document', plain(await get('chat:small')), SMALL);
  check('a large document', plain(await get('chat:large')), LARGE);
  if (getMany !== undefined) {
    const many = await getMany(['chat:large', 'chat:none', 'chat:small']);
    check('many documents', many.map(plain), [LARGE, null, SMALL]);
  }
  if (setTtl === undefined) return;
  await setTtl('chat:expiring', SMALL, 1);
  check('an expiring document', plain(await get('chat:expiring')), SMALL);
  await delay(EXPIRED_AFTER_MS);
  check('an expired document', plain(await get('chat:expiring')), null);
}

/**
 * @param {Store} store
 * @param {Check} check
 */
async function verifySwaps({ set, get, compareAndSet }, check) {
  if (set === undefined || get === undefined || compareAndSet === undefined) return;
  await set('chat:swap', SMALL);
  check('a swap that expects something else', await compareAndSet('chat:swap', SMALL_OTHER, SMALL_NEXT), false);
  check('what a lost swap leaves', await get('chat:swap'), SMALL);
  const swaps = Array.from({ length: AT_ONCE }, () => compareAndSet('chat:swap', SMALL, SMALL_NEXT));
  check('winners of one swap', (await Promise.all(swaps)).filter(Boolean).length, 1);
  check('what a won swap leaves', await get('chat:swap'), SMALL_NEXT);
}

/**
 * @param {Store} store
 * @param {Check} check
 */
async function verifyUpdates({ set, get, update }, check) {
  if (set === undefined || get === undefined || update === undefined) return;
  await set('chat:update', { name: 'count', data: { count: 0 } });
  /** @param {any} current */
  const addOne = (current) => ({ ...current, data: { count: current.data.count + 1 } });
  await Promise.all(Array.from({ length: AT_ONCE }, () => update('chat:update', addOne)));
  check('updates at once', await get('chat:update'), { name: 'count', data: { count: AT_ONCE } });
}

/**
 * @param {Store} store
 * @param {Check} check
 * @param {number} atOnce
 */
async function verifyCounters({ increment, incrementTtl }, check, atOnce) {
  for (const [name, add] of /** @type {const} */ ([
    ['counter', increment],
    ['expiring counter', incrementTtl && ((/** @type {string} */ identifier) => incrementTtl(identifier, 60))],
  ])) {
    if (add === undefined) continue;
    check(`${name}, first total`, await add(name), 1);
    await Promise.all(Array.from({ length: atOnce }, () => add(name)));
    check(`${name}, total after ${atOnce} at once`, await add(name), atOnce + 2);
  }
}

/**
 * @param {Store} store
 * @param {Check} check
 */
async function verifyBulk({ bulk, get }, check) {
  if (bulk === undefined || get === undefined) return;
  const identifiers = createIdentifiers('bulk', bulk.rows);
  const last = /** @type {string} */ (identifiers.at(-1));
  await bulk.setTtl(identifiers, SMALL_OTHER, 60);
  check('a row of many, with ttl', await get(last), SMALL_OTHER);
  await bulk.set(identifiers, SMALL);
  check('a row of many', await get(last), SMALL);
  check('lost rows', await bulk.compareAndSet(identifiers, SMALL_OTHER, SMALL_NEXT), 0);
  check('won rows', await bulk.compareAndSet(identifiers, SMALL, SMALL_NEXT), bulk.rows);
  check('a won row', await get(last), SMALL_NEXT);
  const totals = await bulk.increment(identifiers.map(() => 'bulk'));
  check(
    'totals',
    totals,
    identifiers.map((_, index) => index + 1),
  );
}

/**
 * @param {Store} store
 * @param {Check} check
 */
async function verifyListing({ set, get, list, clear, increment }, check) {
  if (set === undefined || get === undefined) return;
  await set('hit:1', SMALL);
  await set('hit:2', SMALL);
  if (list !== undefined) check('a listing', [...(await list('hit:'))].sort(), ['hit:1', 'hit:2']);
  if (clear === undefined) return;
  await clear();
  check('what was cleared', (await get('hit:1')) ?? null, null);
  if (list !== undefined) check('a listing of nothing', await list('hit:'), []);
  if (list !== undefined && increment !== undefined) check('a cleared counter', await increment('counter'), 1);
}

/**
 * Removes what a store adds: a session has a cookie, and `undefined` means absent.
 * @param {import('../candidates/candidate.js').Document | null | undefined} document
 */
function plain(document) {
  if (document === null || document === undefined) return null;
  const rest = { ...document };
  delete rest['cookie'];
  return rest;
}
