import { BackendError, StorageUnavailableError } from '../../src/errors/backend-errors.js';
import type { CalledStorage } from './client-calls.js';

/** Mistakes that backends and their clients really make. */
export type PlantedBug = keyof typeof PLANTS;

/** Puts a mistake between a caller and its storage. */
export function plantBug(bug: PlantedBug, storage: CalledStorage): CalledStorage {
  return { ...bindAll(storage), ...PLANTS[bug](storage) };
}

const PLANTS = {
  /** Between the read and the write another one may write. */
  'compare-and-set as read and write': (storage: CalledStorage): Partial<CalledStorage> => ({
    async compareAndSet(identifier, next, options) {
      const current = await storage.getState(identifier);
      if (JSON.stringify(current) !== JSON.stringify(options?.expected ?? null)) return false;
      await storage.setState(identifier, next);
      return true;
    },
  }),
  /** Sees its own writes, but of others' only the first. */
  'cached reads': (storage: CalledStorage): Partial<CalledStorage> => {
    const cache = new Map<string, unknown>();
    return {
      async getState<T>(identifier: string): Promise<T | null> {
        if (!cache.has(identifier)) cache.set(identifier, await storage.getState(identifier));
        return cache.get(identifier) as T | null;
      },
      async setState(identifier, state) {
        await storage.setState(identifier, state);
        cache.set(identifier, state);
      },
    };
  },
  /** The first one may have arrived. */
  'increment sent again': (storage: CalledStorage): Partial<CalledStorage> => ({
    increment: (identifier, amount) =>
      storage.increment(identifier, amount).catch((error: unknown) => {
        if (!isUnknown(error)) throw error;
        return storage.increment(identifier, amount);
      }),
  }),
  /** Asks twice, to be returned by whichever comes first. */
  'increment hedged': (storage: CalledStorage): Partial<CalledStorage> => ({
    increment: (identifier, amount) =>
      Promise.race([storage.increment(identifier, amount), storage.increment(identifier, amount)]),
  }),
  /** Its caller believes that it may safely do it again. */
  'unknown reported as not applied': (storage: CalledStorage): Partial<CalledStorage> => ({
    setState: (identifier, state) => storage.setState(identifier, state).catch(denyOutcome),
    increment: (identifier, amount) => storage.increment(identifier, amount).catch(denyOutcome),
    compareAndSet: (identifier, next, options) => storage.compareAndSet(identifier, next, options).catch(denyOutcome),
  }),
};

function bindAll(storage: CalledStorage): CalledStorage {
  return {
    getState: (identifier) => storage.getState(identifier),
    setState: (identifier, state) => storage.setState(identifier, state),
    deleteState: (identifier) => storage.deleteState(identifier),
    compareAndSet: (identifier, next, options) => storage.compareAndSet(identifier, next, options),
    update: (identifier, change, options) => storage.update(identifier, change, options),
    increment: (identifier, amount) => storage.increment(identifier, amount),
    getCounter: (identifier) => storage.getCounter(identifier),
    deleteCounter: (identifier) => storage.deleteCounter(identifier),
  };
}

function isUnknown(error: unknown): boolean {
  return error instanceof BackendError && error.outcome === 'unknown';
}

function denyOutcome(error: unknown): never {
  if (!isUnknown(error)) throw error;
  throw new StorageUnavailableError('nothing was written, or so it is said', { outcome: 'not-applied', cause: error });
}
