import { Redis } from 'ioredis';
import { redisOf } from './place.js';
import { countersOverCommands, storeOverCommands } from './commands.js';

/** @type {import('../candidate.js').Candidate} */
export const plainIoredis = {
  id: 'ioredis',
  role: 'limit',
  settings: 'plain: GET, SET, INCRBY, MGET; EVALSHA for compare-and-set and for INCRBY with PEXPIRE',
  open: (place) => open(place, false),
};

/** @type {import('../candidate.js').Candidate} */
export const pipeliningIoredis = {
  id: 'ioredis, auto-pipelining',
  role: 'limit',
  settings: 'enableAutoPipelining; commands as above',
  open: (place) => open(place, true),
};

/** @type {import('../candidate.js').Candidate} */
export const guardedIoredis = {
  id: 'ioredis, guarded',
  role: 'limit',
  settings: 'plain; INCRBY in a script that keeps the total within ±(2^53 − 1)',
  async open(place) {
    const { client, send } = connect(place, false);
    return countersOverCommands(send, () => client.disconnect());
  },
};

/**
 * @param {import('../candidate.js').Place} place
 * @param {boolean} enableAutoPipelining
 */
async function open(place, enableAutoPipelining) {
  const { client, send } = connect(place, enableAutoPipelining);
  return storeOverCommands(send, redisOf(place), () => client.disconnect());
}

/**
 * @param {import('../candidate.js').Place} place
 * @param {boolean} enableAutoPipelining
 */
function connect(place, enableAutoPipelining) {
  const { port, database } = redisOf(place);
  const client = new Redis({ host: '127.0.0.1', port, db: database, enableAutoPipelining });
  // Use the method named after the command: `call` is not auto-pipelined.
  const methods = /** @type {any} */ (client);
  /** @param {readonly (string | number)[]} command */
  const send = ([name, ...args]) => methods[String(name).toLowerCase()](...args);
  return { client, send };
}
