import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import { promisify } from 'node:util';
import pg from 'pg';
import { databaseUrl } from '../sql-place.js';
import { POOL_SIZE } from '../sql-store.js';

const PgStore = connectPgSimple(session);

/** @type {import('../candidate.js').Candidate} */
export const connectPg = {
  id: 'connect-pg-simple',
  role: 'peer',
  settings: `as shipped, over pg.Pool of ${POOL_SIZE}: one table, a session always expires; it prunes every 15 minutes`,
  async open(place) {
    const pool = new pg.Pool({ connectionString: await databaseUrl(place), max: POOL_SIZE });
    const lasting = new PgStore({ pool, createTableIfMissing: true });
    await promisify(lasting.get.bind(lasting))('the table is made by now');
    const expiring = new PgStore({ pool });
    const setExpiring = promisify(expiring.set.bind(expiring));
    const set = promisify(lasting.set.bind(lasting));
    const get = promisify(lasting.get.bind(lasting));
    return {
      set: (identifier, document) => set(identifier, toSession(document)),
      setTtl: (identifier, document, seconds) => {
        expiring.ttl = seconds;
        return setExpiring(identifier, toSession(document));
      },
      get: async (identifier) => /** @type {any} */ (await get(identifier)),
      close: async () => {
        for (const store of [lasting, expiring]) await store.close();
        await pool.end();
      },
    };
  },
};

/**
 * @param {import('../candidate.js').Document} document
 * @returns {import('express-session').SessionData}
 */
function toSession(document) {
  return /** @type {any} */ (document);
}
