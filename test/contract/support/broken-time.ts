import type { SetStateOptions } from '../../../src/contract/operation-options.js';
import { systemClock } from '../../../src/contract/clock.js';
import type { BrokenStorage } from './broken-storage.js';

const LONGEST_TIMER_SECONDS = 2 ** 31 / 1000;

/** Storages that break ttl, deadlines and sweeping. */
export const BROKEN_TIME: readonly BrokenStorage[] = [
  {
    bug: 'treats a ttl of 0 as omitted',
    rule: 'TTL-1',
    chapter: 'time to live',
    createBrokenMethods: ({ storage }) => ({
      setState: (identifier, state, options) =>
        storage.setState(identifier, state, withTtl(options, options?.ttl || undefined)),
    }),
  },
  {
    bug: 'applies defaultTtl to a live state that must keep having no deadline',
    rule: 'TTL-1',
    chapter: 'time to live',
    createBrokenMethods: ({ storage }) => ({
      setState: async (identifier, state, options) => {
        const isPermanent = options?.ttl === 'keep' && (await storage.getTtl(identifier)) === null;
        await storage.setState(identifier, state, isPermanent ? {} : options);
      },
    }),
  },
  {
    bug: 'treats a negative ttl as deletion',
    rule: 'TTL-1',
    chapter: 'time to live',
    createBrokenMethods: ({ storage }) => ({
      touch: async (identifier, ttl) => (ttl < 0 ? storage.deleteState(identifier) : storage.touch(identifier, ttl)),
    }),
  },
  {
    bug: 'rounds a ttl to whole seconds',
    rule: 'TTL-1',
    chapter: 'time to live',
    createBrokenMethods: ({ storage }) => ({
      touch: (identifier, ttl) => storage.touch(identifier, typeof ttl === 'number' ? Math.ceil(ttl) : ttl),
    }),
  },
  {
    bug: 'removes the deadline on update',
    rule: 'TTL-6',
    chapter: 'time to live',
    createBrokenMethods: ({ storage }) => ({
      update: (identifier, change, options) =>
        storage.update(identifier, change, { ...options, ttl: options?.ttl ?? 0 }),
    }),
  },
  {
    bug: 'keeps the previous deadline on a later write',
    rule: 'TTL-6',
    chapter: 'time to live',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: (identifier, next, options) =>
        storage.compareAndSet(identifier, next, { ...options, ...(options?.expected ? { ttl: 'keep' } : {}) }),
    }),
  },
  {
    bug: 'creates an empty state when it touches an absent one',
    rule: 'TTL-6',
    chapter: 'time to live',
    createBrokenMethods: ({ storage }) => ({
      touch: async (identifier, ttl) => {
        if (await storage.touch(identifier, ttl)) return true;
        await storage.setState(identifier, {}, { ttl });
        return false;
      },
    }),
  },
  {
    bug: 'lists expired states',
    rule: 'TTL-2',
    chapter: 'deadlines',
    createBrokenMethods: ({ storage, store }) => ({
      listKeys: async (pattern) => {
        await storage.listKeys(pattern);
        return store.keys(storage.namespace, 'state').map(({ identifier }) => identifier);
      },
    }),
  },
  {
    bug: 'matches an expired state in a compare-and-set',
    rule: 'TTL-2',
    chapter: 'deadlines',
    createBrokenMethods: ({ storage, sibling }) => ({
      compareAndSet: (...call) =>
        (call[2]?.expected ? sibling({ clock: { now: () => 0 } }) : storage).compareAndSet(...call),
    }),
  },
  {
    bug: 'restores an expired state when it touches it',
    rule: 'TTL-2',
    chapter: 'deadlines',
    createBrokenMethods: ({ sibling }) => ({ touch: (...call) => sibling({ clock: { now: () => 0 } }).touch(...call) }),
  },
  {
    bug: 'keeps a state live in the millisecond of its deadline',
    rule: 'TTL-2',
    chapter: 'deadlines',
    createBrokenMethods: ({ sibling, options }) => ({
      getState: (...call) =>
        sibling({ clock: { now: () => (options.clock ?? systemClock).now() - 1 } }).getState(...call),
    }),
  },
  {
    bug: 'uses the system clock instead of the injected clock',
    rule: 'TTL-3',
    chapter: 'deadlines',
    createBrokenMethods: ({ sibling }) => ({
      getState: (...call) => sibling({ clock: systemClock }).getState(...call),
    }),
  },
  {
    bug: 'expires entries with deadlines beyond 24.8 days immediately, as a timer would',
    rule: 'TTL-4',
    chapter: 'deadlines',
    createBrokenMethods: ({ storage }) => ({
      setState: (identifier, state, options) => {
        const isTooLong = typeof options?.ttl === 'number' && options.ttl > LONGEST_TIMER_SECONDS;
        return storage.setState(identifier, state, isTooLong ? { ttl: 0.001 } : options);
      },
    }),
  },
  {
    bug: 'deletes entries that were written by a later clock',
    rule: 'TTL-4',
    chapter: 'deadlines',
    createBrokenMethods: ({ storage, options }) => {
      let latest = 0;
      return {
        getStates: async (identifiers) => {
          const now = (options.clock ?? systemClock).now();
          if (now < latest) await storage.clearNamespace();
          return storage.getStates(identifiers);
        },
        setState: (...call) => {
          latest = Math.max(latest, (options.clock ?? systemClock).now());
          return storage.setState(...call);
        },
      };
    },
  },
  {
    bug: 'sweeps a state at its first deadline',
    rule: 'TTL-5',
    chapter: 'deadlines',
    createBrokenMethods: ({ storage, options }) => {
      const deadlines = new Map<string, number>();
      return {
        setState: (identifier, state, given) => {
          const seconds = typeof given?.ttl === 'number' ? given.ttl : Infinity;
          if (!deadlines.has(identifier))
            deadlines.set(identifier, (options.clock ?? systemClock).now() + seconds * 1000);
          return storage.setState(identifier, state, given);
        },
        getState: async (identifier) => {
          const isSwept = (deadlines.get(identifier) ?? Infinity) <= (options.clock ?? systemClock).now();
          return isSwept ? null : storage.getState(identifier);
        },
      };
    },
  },
];

function withTtl(options: SetStateOptions | undefined, ttl: SetStateOptions['ttl']): SetStateOptions {
  return { ...options, ttl };
}
