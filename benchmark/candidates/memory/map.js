import { sameDocument } from '../same-document.js';

/**
 * The limit: nothing but the Map and the promise. It hands out the very object it was given.
 * @type {import('../candidate.js').Candidate}
 */
export const asyncMap = {
  id: 'map',
  role: 'limit',
  settings: 'a Map behind async functions: no check, no copy; deadlines are looked at when read',
  async open() {
    /** @type {Map<string, { document: import('../candidate.js').Document, expiresAt: number }>} */
    const states = new Map();
    /** @type {Map<string, { total: number, expiresAt: number }>} */
    const counters = new Map();

    /** @param {string} identifier */
    const live = (identifier) => {
      const entry = states.get(identifier);
      return entry !== undefined && entry.expiresAt > Date.now() ? entry.document : null;
    };
    /**
     * @param {string} identifier
     * @param {number} expiresAt
     */
    const add = (identifier, expiresAt) => {
      const entry = counters.get(identifier);
      if (entry === undefined || entry.expiresAt <= Date.now()) {
        counters.set(identifier, { total: 1, expiresAt });
        return 1;
      }
      entry.total += 1;
      if (expiresAt !== Infinity) entry.expiresAt = expiresAt;
      return entry.total;
    };

    return {
      set: async (identifier, document) => void states.set(identifier, { document, expiresAt: Infinity }),
      setTtl: async (identifier, document, seconds) =>
        void states.set(identifier, { document, expiresAt: Date.now() + seconds * 1000 }),
      get: async (identifier) => live(identifier),
      compareAndSet: async (identifier, expected, next) => {
        if (!sameDocument(live(identifier), expected)) return false;
        states.set(identifier, { document: next, expiresAt: Infinity });
        return true;
      },
      increment: async (identifier) => add(identifier, Infinity),
      incrementTtl: async (identifier, seconds) => add(identifier, Date.now() + seconds * 1000),
      update: async (identifier, change) => {
        const document = change(live(identifier));
        states.set(identifier, { document, expiresAt: Infinity });
        return document;
      },
      getMany: async (identifiers) => identifiers.map(live),
      list: async (prefix) => [...states.keys()].filter((identifier) => identifier.startsWith(prefix)),
      clear: async () => {
        states.clear();
        counters.clear();
      },
      close: () => states.clear(),
    };
  },
};
