import { createDatabase } from 'db0';
import betterSqlite3 from 'db0/connectors/better-sqlite3';
import { createStorage } from 'unstorage';
import db0Driver from 'unstorage/drivers/db0';
import { databaseFile } from '../sqlite-file.js';
import { DURABLE, DURABLE_SETTINGS } from '../sqlite-statements.js';
import { storeOverUnstorage } from '../unstorage.js';

/** @type {import('../candidate.js').Candidate} */
export const unstorageAsShipped = {
  id: 'unstorage',
  role: 'peer',
  settings: 'db0/better-sqlite3, as shipped: rollback journal, synchronous FULL; no time to live',
  open: (place) => open(place, []),
};

/** @type {import('../candidate.js').Candidate} */
export const unstorageAtBest = {
  id: 'unstorage, best',
  role: 'peer',
  settings: `db0/better-sqlite3, ${DURABLE_SETTINGS}`,
  open: (place) => open(place, DURABLE),
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {readonly string[]} pragmas
 * @returns {Promise<import('../candidate.js').Store>}
 */
async function open(place, pragmas) {
  const database = createDatabase(betterSqlite3({ path: databaseFile(place) }));
  for (const pragma of pragmas) await database.exec(pragma);
  return {
    ...storeOverUnstorage(createStorage({ driver: db0Driver({ database }) }), { canExpire: false }),
    setSync: (mode) => database.exec(`PRAGMA synchronous = ${mode}`),
  };
}
