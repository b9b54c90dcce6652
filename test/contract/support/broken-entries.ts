import type { StateDocument } from '../../../src/contract/state-document.js';
import { isFsmStorageError } from '../../../src/errors/fsm-storage.error.js';
import { type BrokenStorage, type BrokenStorageContext, mapIdentifiers } from './broken-storage.js';

/** Storages that break identifiers, namespaces, states and the format. */
export const BROKEN_ENTRIES: readonly BrokenStorage[] = [
  {
    bug: 'measures the length of identifiers in characters',
    rule: 'ID-1',
    chapter: 'identifiers',
    createBrokenMethods: ({ storage }) => ({
      getState: async (identifier) => (identifier?.length === 257 ? null : storage.getState(identifier)),
    }),
  },
  {
    bug: 'writes before it rejects the identifier',
    rule: 'ID-1',
    chapter: 'identifiers',
    createBrokenMethods: ({ storage }) => ({
      setState: async (identifier, state, options) => {
        if (identifier === '') await storage.setState('empty', state);
        await storage.setState(identifier, state, options);
      },
    }),
  },
  {
    bug: 'ignores invalid identifiers in getStates',
    rule: 'ID-1',
    chapter: 'identifiers',
    createBrokenMethods: ({ storage }) => ({
      getStates: (identifiers) => storage.getStates(identifiers.filter((identifier) => identifier === 'right')),
    }),
  },
  ...[
    { bug: 'trims identifiers', map: (identifier: string) => identifier.trim() || identifier },
    { bug: 'ignores the case of identifiers', map: (identifier: string) => identifier.toLowerCase() },
    { bug: 'composes accents in identifiers', map: (identifier: string) => identifier.normalize('NFC') },
    {
      bug: 'normalizes widths and ligatures in identifiers',
      map: (identifier: string) => identifier.normalize('NFKD') || identifier,
    },
  ].map(({ bug, map }) => ({
    bug,
    rule: 'ID-2',
    chapter: 'identifiers',
    createBrokenMethods: ({ storage }: BrokenStorageContext) => mapIdentifiers(storage, map),
  })),
  {
    bug: 'ignores the case of namespaces',
    rule: 'NS-1',
    chapter: 'namespaces',
    createBrokenMethods: ({ sibling, storage }) =>
      mapIdentifiers(sibling({ namespace: storage.namespace.toLowerCase() }), String),
  },
  {
    bug: 'joins namespace and identifier without a separator',
    rule: 'NS-1',
    chapter: 'namespaces',
    createBrokenMethods: ({ sibling, storage }) =>
      mapIdentifiers(sibling({ namespace: 'all' }), (identifier) => storage.namespace + identifier),
  },
  {
    bug: 'stores counters as states',
    rule: 'NS-2',
    chapter: 'namespaces',
    createBrokenMethods: ({ storage }) => ({
      increment: async (identifier, ...rest) => {
        const total = await storage.increment(identifier, ...rest);
        await storage.setState(identifier, { total });
        return total;
      },
    }),
  },
  {
    bug: 'deletes the counter with the state',
    rule: 'NS-2',
    chapter: 'namespaces',
    createBrokenMethods: ({ storage }) => ({
      setState: async (identifier, ...rest) => {
        await storage.setState(identifier, ...rest);
        await storage.deleteCounter(identifier);
      },
    }),
  },
  {
    bug: 'does not clear counters',
    rule: 'NS-3',
    chapter: 'namespaces',
    createBrokenMethods: ({ storage }) => ({
      clearNamespace: async () => {
        const states = await storage.listKeys();
        for (const identifier of states) await storage.deleteState(identifier);
        return states.length;
      },
    }),
  },
  {
    bug: 'also clears namespaces that start with the same name',
    rule: 'NS-3',
    chapter: 'namespaces',
    createBrokenMethods: ({ storage, sibling }) => ({
      clearNamespace: async () => {
        await sibling({ namespace: `${storage.namespace}.b` }).clearNamespace();
        return storage.clearNamespace();
      },
    }),
  },
  {
    bug: 'counts expired entries as cleared',
    rule: 'NS-3',
    chapter: 'namespaces',
    createBrokenMethods: ({ storage, store }) => ({
      clearNamespace: async () => {
        const count = store.keys(storage.namespace).length;
        await storage.clearNamespace();
        return count;
      },
    }),
  },
  {
    bug: 'clears only the first batch',
    rule: 'NS-3',
    chapter: 'namespaces',
    createBrokenMethods: ({ storage, store }) => ({
      clearNamespace: async () => {
        if (store.keys(storage.namespace).length <= 1000) return storage.clearNamespace();
        const batch = (await storage.listKeys()).slice(0, 1000);
        for (const identifier of batch) await storage.deleteState(identifier);
        return batch.length;
      },
    }),
  },
  {
    bug: 'creates views without its options',
    rule: 'NS-4',
    chapter: 'namespaces',
    createBrokenMethods: ({ sibling }) => ({ withNamespace: (namespace) => sibling({ namespace, defaultTtl: 0 }) }),
  },
  {
    bug: 'returns the same object to every reader',
    rule: 'ST-1',
    chapter: 'states',
    createBrokenMethods: ({ storage }) => {
      const returnedDocuments = new Map<string, StateDocument>();
      return {
        getState: async <T>(identifier: string) => {
          const state = await storage.getState(identifier);
          if (state === null) return null;
          const known = returnedDocuments.get(JSON.stringify(state)) ?? state;
          returnedDocuments.set(JSON.stringify(state), known);
          return known as T;
        },
      };
    },
  },
  {
    bug: 'reads the document only after the call has returned',
    rule: 'ST-1',
    chapter: 'states',
    createBrokenMethods: ({ storage }) => ({
      setState: async (...call) => {
        await Promise.resolve();
        await storage.setState(...call);
      },
    }),
  },
  {
    bug: 'loses the key __proto__',
    rule: 'ST-1',
    chapter: 'states',
    createBrokenMethods: ({ storage }) => ({
      setState: (identifier, state, options) => {
        const kept = Object.entries(state).filter(([key]) => key !== '__proto__');
        return storage.setState(identifier, Object.fromEntries(kept), options);
      },
    }),
  },
  {
    bug: 'merges a document into the previous one',
    rule: 'ST-1',
    chapter: 'states',
    createBrokenMethods: ({ storage }) => ({
      setState: async (identifier, state, options) =>
        storage.setState(identifier, { ...(await storage.getState(identifier)), ...state }, options),
    }),
  },
  {
    bug: 'returns states sorted by identifier',
    rule: 'ST-1',
    chapter: 'states',
    createBrokenMethods: ({ storage }) => ({ getStates: (identifiers) => storage.getStates(identifiers.toSorted()) }),
  },
  {
    bug: 'stores the result of JSON.stringify without validation',
    rule: 'ST-2',
    chapter: 'rejected states',
    createBrokenMethods: ({ storage }) => ({
      setState: (identifier, state, options) =>
        storage.setState(identifier, JSON.parse(JSON.stringify(state)) as StateDocument, options),
    }),
  },
  {
    bug: 'deletes the previous state before it rejects the new one',
    rule: 'ST-2',
    chapter: 'rejected states',
    createBrokenMethods: ({ storage }) => ({
      update: async (identifier, change, options) => {
        const next = change(await storage.getState(identifier));
        await storage.deleteState(identifier);
        if (next !== null) await storage.setState(identifier, next, options);
        return storage.getState(identifier);
      },
    }),
  },
  {
    bug: 'limits the size of a state only in setState',
    rule: 'ST-3',
    chapter: 'rejected states',
    createBrokenMethods: ({ sibling }) => {
      const unlimited = sibling({ maxStateBytes: 2 ** 30 });
      return { compareAndSet: (...call) => unlimited.compareAndSet(...call) };
    },
  },
  {
    bug: 'returns null for a damaged state',
    rule: 'ST-4',
    chapter: 'states',
    createBrokenMethods: ({ storage }) => ({
      getState: (identifier) => storage.getState<never>(identifier).catch(nullWhenCorrupt),
    }),
  },
  {
    bug: 'treats a damaged state as absent in compareAndSet',
    rule: 'ST-4',
    chapter: 'states',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: async (identifier, next, options) => {
        const isDamaged = await storage.getState(identifier).then(() => false, isFsmStorageError);
        if (isDamaged) await storage.deleteState(identifier);
        return storage.compareAndSet(identifier, next, options);
      },
    }),
  },
  {
    bug: 'stores keys in the order of the document',
    rule: 'FMT-1',
    chapter: 'format',
    createBrokenMethods: ({ storage, store }) => ({
      setState: async (identifier, state, options) => {
        await storage.setState(identifier, state, options);
        const key = { namespace: storage.namespace, kind: 'state', identifier } as const;
        store.set(key, { text: JSON.stringify(state), expiresAt: null });
      },
    }),
  },
];

function nullWhenCorrupt(error: unknown): null {
  if (isFsmStorageError(error) && error.code === 'CORRUPT_STATE') return null;
  throw error;
}
