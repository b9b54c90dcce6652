import { seedRedis, usedMemory } from '../../redis/seed.js';
import { COMPARE_AND_SET, INCREMENT_IN_RANGE, INCREMENT_WITH_TTL } from '../../redis/scripts.js';
import { createUpdateLoop } from '../update-loop.js';
import { SMALL_TEXTS } from '../../workload/documents.js';

const SCAN_COUNT = 1000;
const UNLINK_BATCH = 500;
/** The layout of the library: states and counters are separate. */
const STATES = 'fsm:';
const COUNTERS = 'fsm#';

/**
 * Straightforward code over a client that only sends commands: one round trip per operation.
 * @param {(command: readonly (string | number)[]) => Promise<any>} send
 * @param {import('../candidate.js').RedisPlace} place
 * @param {() => Promise<unknown> | void} close
 * @returns {Promise<import('../candidate.js').Store>}
 */
export async function storeOverCommands(send, place, close) {
  for (const { lua } of [COMPARE_AND_SET, INCREMENT_WITH_TTL]) await send(['SCRIPT', 'LOAD', lua]);
  /** @type {NonNullable<import('../candidate.js').Store['get']>} */
  const get = async (identifier) => parse(await send(['GET', STATES + identifier]));
  /** @type {NonNullable<import('../candidate.js').Store['compareAndSet']>} */
  const compareAndSet = async (identifier, expected, next) => {
    const texts = [JSON.stringify(expected), JSON.stringify(next)];
    return (await send(['EVALSHA', COMPARE_AND_SET.sha, 1, STATES + identifier, ...texts])) === 1;
  };
  return {
    set: (identifier, document) => send(['SET', STATES + identifier, JSON.stringify(document)]),
    setTtl: (identifier, document, seconds) =>
      send(['SET', STATES + identifier, JSON.stringify(document), 'PX', seconds * 1000]),
    get,
    compareAndSet,
    increment: (identifier) => send(['INCRBY', COUNTERS + identifier, 1]),
    incrementTtl: (identifier, seconds) =>
      send(['EVALSHA', INCREMENT_WITH_TTL.sha, 1, COUNTERS + identifier, 1, seconds * 1000]),
    update: createUpdateLoop({ get, compareAndSet }),
    getMany: async (identifiers) => {
      /** @type {(string | null)[]} */
      const texts = await send(['MGET', ...identifiers.map((identifier) => STATES + identifier)]);
      return texts.map(parse);
    },
    list: async (prefix) => {
      const found = [];
      for await (const keys of scan(send, `${STATES}${prefix}*`)) found.push(...keys);
      return [...new Set(found)].map((key) => key.slice(STATES.length));
    },
    clear: async () => {
      for await (const keys of scan(send, 'fsm[:#]*')) {
        for (let from = 0; from < keys.length; from += UNLINK_BATCH) {
          await send(['UNLINK', ...keys.slice(from, from + UNLINK_BATCH)]);
        }
      }
    },
    seed: (identifiers) => seedRedis(place, identifiers, SMALL_TEXTS.plain),
    usedBytes: () => usedMemory(place),
    close,
  };
}

/**
 * @param {(command: readonly (string | number)[]) => Promise<any>} send
 * @param {string} match
 * @returns {AsyncGenerator<string[]>}
 */
async function* scan(send, match) {
  let cursor = '0';
  do {
    const [next, keys] = await send(['SCAN', cursor, 'MATCH', match, 'COUNT', SCAN_COUNT]);
    cursor = next;
    if (keys.length > 0) yield keys;
  } while (cursor !== '0');
}

/**
 * Only the counters of the above, bounded as in the library: the cost of a script instead of a plain INCRBY.
 * @param {(command: readonly (string | number)[]) => Promise<any>} send
 * @param {() => Promise<unknown> | void} close
 * @returns {Promise<import('../candidate.js').Store>}
 */
export async function countersOverCommands(send, close) {
  await send(['SCRIPT', 'LOAD', INCREMENT_IN_RANGE.lua]);
  return {
    increment: (identifier) => send(['EVALSHA', INCREMENT_IN_RANGE.sha, 1, COUNTERS + identifier, 1]),
    close,
  };
}

/** @param {string | null} text */
function parse(text) {
  return text === null ? null : JSON.parse(text);
}
