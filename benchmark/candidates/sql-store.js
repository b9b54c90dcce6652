import { createUpdateLoop } from './update-loop.js';

/** The default pool size of the library, used for all candidates. */
export const POOL_SIZE = 10;

export const NAMESPACE = 'fsm';

/**
 * Straightforward code over a server's driver: each operation is one statement and one round trip.
 *
 * @typedef {object} Statements
 * @property {(identifier: string, text: string, ttlMs: number | null) => Promise<unknown>} set
 * @property {(identifier: string) => Promise<string | undefined>} get
 * @property {(identifier: string, expected: string, next: string) => Promise<boolean>} compareAndSet
 * @property {(identifier: string, ttlMs: number | null) => Promise<number>} increment
 * @property {(identifiers: readonly string[]) => Promise<readonly { identifier: string, state_json: string }[]>} getMany
 * @property {(prefix: string) => Promise<readonly { identifier: string }[]>} list
 * @property {() => Promise<unknown>} clear
 */

/**
 * @param {Statements} statements
 * @returns {Omit<Required<import('./candidate.js').Store>, 'bulk' | 'setSync' | 'seed' | 'usedBytes' | 'close'>}
 */
export function storeOverStatements(statements) {
  /** @type {NonNullable<import('./candidate.js').Store['get']>} */
  const get = async (identifier) => parse(await statements.get(identifier));
  /** @type {NonNullable<import('./candidate.js').Store['compareAndSet']>} */
  const compareAndSet = (identifier, expected, next) =>
    statements.compareAndSet(identifier, JSON.stringify(expected), JSON.stringify(next));
  return {
    set: (identifier, document) => statements.set(identifier, JSON.stringify(document), null),
    setTtl: (identifier, document, seconds) => statements.set(identifier, JSON.stringify(document), seconds * 1000),
    get,
    compareAndSet,
    increment: (identifier) => statements.increment(identifier, null),
    incrementTtl: (identifier, seconds) => statements.increment(identifier, seconds * 1000),
    update: createUpdateLoop({ get, compareAndSet }),
    getMany: async (identifiers) => {
      const rows = await statements.getMany(identifiers);
      const texts = new Map(rows.map(({ identifier, state_json: text }) => [identifier, text]));
      return identifiers.map((identifier) => parse(texts.get(identifier)));
    },
    list: async (prefix) => (await statements.list(prefix)).map(({ identifier }) => identifier),
    clear: () => statements.clear(),
  };
}

/** @param {string | undefined} text */
function parse(text) {
  return text === undefined ? null : JSON.parse(text);
}
