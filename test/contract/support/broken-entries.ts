import type { StateDocument } from '../../../src/contract/state-document.js';
import { isFsmStorageError } from '../../../src/errors/fsm-storage.error.js';
import { mapIdentifiers, type Sabotage } from './sabotage.js';

/** A planted bug, and the rule whose tests must find it. */
export interface BrokenStorage {
  readonly bug: string;
  readonly rule: string;
  readonly chapter: string;
  readonly sabotage: Sabotage;
}

/** Storages that break identifiers, namespaces, states and the format. */
export const BROKEN_ENTRIES: readonly BrokenStorage[] = [
  {
    bug: 'measures identifiers in characters',
    rule: 'ID-1',
    chapter: 'identifiers',
    sabotage: ({ storage }) => ({
      getState: async (identifier) => (identifier?.length === 257 ? null : storage.getState(identifier)),
    }),
  },
  {
    bug: 'writes first and refuses the identifier afterwards',
    rule: 'ID-1',
    chapter: 'identifiers',
    sabotage: ({ storage }) => ({
      setState: async (identifier, state, options) => {
        if (identifier === '') await storage.setState('empty', state);
        await storage.setState(identifier, state, options);
      },
    }),
  },
  {
    bug: 'leaves wrong identifiers out of getStates',
    rule: 'ID-1',
    chapter: 'identifiers',
    sabotage: ({ storage }) => ({
      getStates: (identifiers) => storage.getStates(identifiers.filter((identifier) => identifier === 'right')),
    }),
  },
  ...[
    { bug: 'trims identifiers', map: (identifier: string) => identifier.trim() || identifier },
    { bug: 'ignores case', map: (identifier: string) => identifier.toLowerCase() },
    { bug: 'composes accents', map: (identifier: string) => identifier.normalize('NFC') },
    { bug: 'folds widths and ligatures', map: (identifier: string) => identifier.normalize('NFKD') || identifier },
  ].map(({ bug, map }) => ({
    bug,
    rule: 'ID-2',
    chapter: 'identifiers',
    sabotage: ({ storage }: Parameters<Sabotage>[0]) => mapIdentifiers(storage, map),
  })),
  {
    bug: 'ignores the case of namespaces',
    rule: 'NS-1',
    chapter: 'namespaces',
    sabotage: ({ sibling, storage }) => mapIdentifiers(sibling({ namespace: storage.namespace.toLowerCase() }), String),
  },
  {
    bug: 'glues namespace and identifier together without a separator',
    rule: 'NS-1',
    chapter: 'namespaces',
    sabotage: ({ sibling, storage }) =>
      mapIdentifiers(sibling({ namespace: 'all' }), (identifier) => storage.namespace + identifier),
  },
  {
    bug: 'keeps counters where the states lie',
    rule: 'NS-2',
    chapter: 'namespaces',
    sabotage: ({ storage }) => ({
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
    sabotage: ({ storage }) => ({
      setState: async (identifier, ...rest) => {
        await storage.setState(identifier, ...rest);
        await storage.deleteCounter(identifier);
      },
    }),
  },
  {
    bug: 'leaves the counters when it clears',
    rule: 'NS-3',
    chapter: 'namespaces',
    sabotage: ({ storage }) => ({
      clearNamespace: async () => {
        const states = await storage.listKeys();
        for (const identifier of states) await storage.deleteState(identifier);
        return states.length;
      },
    }),
  },
  {
    bug: 'clears the neighbours whose name begins alike',
    rule: 'NS-3',
    chapter: 'namespaces',
    sabotage: ({ storage, sibling }) => ({
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
    sabotage: ({ storage, store }) => ({
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
    sabotage: ({ storage, store }) => ({
      clearNamespace: async () => {
        if (store.keys(storage.namespace).length <= 1000) return storage.clearNamespace();
        const batch = (await storage.listKeys()).slice(0, 1000);
        for (const identifier of batch) await storage.deleteState(identifier);
        return batch.length;
      },
    }),
  },
  {
    bug: 'gives views that forget the options',
    rule: 'NS-4',
    chapter: 'namespaces',
    sabotage: ({ sibling }) => ({ withNamespace: (namespace) => sibling({ namespace, defaultTtl: 0 }) }),
  },
  {
    bug: 'hands the same document to every reader',
    rule: 'ST-1',
    chapter: 'states',
    sabotage: ({ storage }) => {
      const handedOut = new Map<string, StateDocument>();
      return {
        getState: async <T extends StateDocument>(identifier: string) => {
          const state = await storage.getState(identifier);
          if (state === null) return null;
          const known = handedOut.get(JSON.stringify(state)) ?? state;
          handedOut.set(JSON.stringify(state), known);
          return known as T;
        },
      };
    },
  },
  {
    bug: 'reads what is handed in only later',
    rule: 'ST-1',
    chapter: 'states',
    sabotage: ({ storage }) => ({
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
    sabotage: ({ storage }) => ({
      setState: (identifier, state, options) => {
        const kept = Object.entries(state).filter(([key]) => key !== '__proto__');
        return storage.setState(identifier, Object.fromEntries(kept), options);
      },
    }),
  },
  {
    bug: 'merges a later document into the earlier one',
    rule: 'ST-1',
    chapter: 'states',
    sabotage: ({ storage }) => ({
      setState: async (identifier, state, options) =>
        storage.setState(identifier, { ...(await storage.getState(identifier)), ...state }, options),
    }),
  },
  {
    bug: 'gives states back in the order of their identifiers',
    rule: 'ST-1',
    chapter: 'states',
    sabotage: ({ storage }) => ({ getStates: (identifiers) => storage.getStates(identifiers.toSorted()) }),
  },
  {
    bug: 'stores whatever JSON.stringify makes of a document',
    rule: 'ST-2',
    chapter: 'refused states',
    sabotage: ({ storage }) => ({
      setState: (identifier, state, options) =>
        storage.setState(identifier, JSON.parse(JSON.stringify(state)) as StateDocument, options),
    }),
  },
  {
    bug: 'removes the old state before it refuses the new one',
    rule: 'ST-2',
    chapter: 'refused states',
    sabotage: ({ storage }) => ({
      update: async (identifier, change, options) => {
        const next = change(await storage.getState(identifier));
        await storage.deleteState(identifier);
        if (next !== null) await storage.setState(identifier, next, options);
        return storage.getState(identifier);
      },
    }),
  },
  {
    bug: 'limits the size in setState only',
    rule: 'ST-3',
    chapter: 'refused states',
    sabotage: ({ sibling }) => {
      const unlimited = sibling({ maxStateBytes: 2 ** 30 });
      return { compareAndSet: (...call) => unlimited.compareAndSet(...call) };
    },
  },
  {
    bug: 'reads a damaged state as none',
    rule: 'ST-4',
    chapter: 'states',
    sabotage: ({ storage }) => ({
      getState: (identifier) => storage.getState<never>(identifier).catch(nullWhenCorrupt),
    }),
  },
  {
    bug: 'swaps a damaged state as if there were none',
    rule: 'ST-4',
    chapter: 'states',
    sabotage: ({ storage }) => ({
      compareAndSet: async (identifier, next, options) => {
        const isDamaged = await storage.getState(identifier).then(() => false, isFsmStorageError);
        if (isDamaged) await storage.deleteState(identifier);
        return storage.compareAndSet(identifier, next, options);
      },
    }),
  },
  {
    bug: 'stores the keys in the order they came',
    rule: 'FMT-1',
    chapter: 'format',
    sabotage: ({ storage, store }) => ({
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
