import Database from 'better-sqlite3';
import createSessionStore from 'better-sqlite3-session-store';
import session from 'express-session';
import { promisify } from 'node:util';
import { databaseFile } from '../sqlite-file.js';
import { DURABLE, DURABLE_SETTINGS } from '../sqlite-statements.js';

const SqliteStore = createSessionStore(session);

/** @type {import('../candidate.js').Candidate} */
export const sessionStoreAsShipped = {
  id: 'better-sqlite3-session-store',
  role: 'peer',
  settings: 'as shipped, over new Database(path): rollback journal, synchronous FULL; a session always expires',
  open: (place) => open(place, []),
};

/** @type {import('../candidate.js').Candidate} */
export const sessionStoreAtBest = {
  id: 'better-sqlite3-session-store, best',
  role: 'peer',
  settings: `${DURABLE_SETTINGS}; a session always expires`,
  open: (place) => open(place, DURABLE),
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {readonly string[]} pragmas
 * @returns {Promise<import('../candidate.js').Store>}
 */
async function open(place, pragmas) {
  const client = new Database(databaseFile(place));
  for (const pragma of pragmas) client.exec(pragma);
  // Its timer would keep the process alive, and no option turns it off.
  const store = unreferencingTimers(() => new SqliteStore({ client }));
  const set = promisify(store.set.bind(store));
  return {
    set: (identifier, document) => set(identifier, document),
    setTtl: (identifier, document, seconds) => set(identifier, { ...document, cookie: { maxAge: seconds * 1000 } }),
    get: promisify(store.get.bind(store)),
    clear: promisify(store.clear.bind(store)),
    setSync: (mode) => void client.pragma(`synchronous = ${mode}`),
    close: () => void client.close(),
  };
}

/**
 * @template T
 * @param {() => T} create
 */
function unreferencingTimers(create) {
  const original = globalThis.setInterval;
  globalThis.setInterval = /** @type {typeof setInterval} */ (
    (/** @type {Parameters<typeof setInterval>} */ ...parameters) => original(...parameters).unref()
  );
  try {
    return create();
  } finally {
    globalThis.setInterval = original;
  }
}
