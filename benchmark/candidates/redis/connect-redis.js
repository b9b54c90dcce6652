import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { failOnError } from '../keyv.js';
import { urlOf } from './place.js';

/** @type {import('../candidate.js').Candidate} */
export const connectRedis = {
  id: 'connect-redis',
  role: 'peer',
  settings:
    'over redis 5, which pipelines automatically; set with disableTTL, the other as shipped: a ttl on every set',
  async open(place) {
    const client = failOnError(createClient({ url: urlOf(place) }));
    await client.connect();
    let ttl = 0;
    const lasting = new RedisStore({ client, disableTTL: true });
    const expiring = new RedisStore({ client, ttl: () => ttl });
    return {
      set: (identifier, document) => lasting.set(identifier, toSession(document)),
      setTtl: (identifier, document, seconds) => {
        ttl = seconds;
        return expiring.set(identifier, toSession(document));
      },
      get: (identifier) => lasting.get(identifier),
      clear: () => lasting.clear(),
      close: () => client.destroy(),
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
