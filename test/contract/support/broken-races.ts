import { setImmediate as nextTick } from 'node:timers/promises';
import { ContentionError } from '../../../src/errors/outcome-errors.js';
import { isFsmStorageError } from '../../../src/errors/fsm-storage.error.js';
import type { UpdateOptions } from '../../../src/contract/operation-options.js';
import type { StorableState } from '../../../src/contract/state-document.js';
import type { BrokenStorage } from './broken-storage.js';

type Change<T> = (current: T | null) => T | null;

/** Storages that break compare-and-set, update and counters. */
export const BROKEN_RACES: readonly BrokenStorage[] = [
  {
    bug: 'compares documents including key order',
    rule: 'CAS-1',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: async (identifier, next, options = {}) => {
        const current = await storage.getState(identifier);
        const isExpected = JSON.stringify(current) === JSON.stringify(options.expected ?? null);
        return isExpected && storage.compareAndSet(identifier, next, options);
      },
    }),
  },
  {
    bug: 'compares only the keys of the expected document',
    rule: 'CAS-1',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: async (identifier, next, options = {}) => {
        const current = await storage.getState(identifier);
        const { expected } = options;
        if (!current || !expected) return storage.compareAndSet(identifier, next, options);
        return storage.compareAndSet(identifier, next, { ...options, expected: { ...current, ...expected } });
      },
    }),
  },
  {
    bug: 'changes the deadline although compareAndSet failed',
    rule: 'CAS-1',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: async (identifier, next, options) => {
        if (await storage.compareAndSet(identifier, next, options)) return true;
        if (typeof options?.ttl === 'number') await storage.touch(identifier, options.ttl);
        return false;
      },
    }),
  },
  {
    bug: 'compares and writes in two steps',
    rule: 'CAS-1',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: async (identifier, next, options = {}) => {
        const current = await storage.getState(identifier);
        const isExpected = JSON.stringify(current) === JSON.stringify(options.expected ?? null);
        await nextTick();
        if (isExpected) await storage.setState(identifier, next, options);
        return isExpected;
      },
    }),
  },
  {
    bug: 'overwrites a state if no expected document is given',
    rule: 'CAS-2',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: async (identifier, next, options = {}) => {
        if (options.expected) return storage.compareAndSet(identifier, next, options);
        await storage.setState(identifier, next, options);
        return true;
      },
    }),
  },
  {
    bug: 'treats an empty expected document as none',
    rule: 'CAS-3',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: (identifier, next, options = {}) => {
        const isEmpty = Object.keys(options.expected ?? {}).length === 0;
        return storage.compareAndSet(identifier, next, isEmpty ? { ...options, expected: null } : options);
      },
    }),
  },
  {
    bug: 'matches an expired state',
    rule: 'CAS-3',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage, sibling }) => ({
      compareAndSet: (...call) =>
        (call[2]?.expected ? sibling({ clock: { now: () => 0 } }) : storage).compareAndSet(...call),
    }),
  },
  {
    bug: 'rejects when a race is lost',
    rule: 'CAS-4',
    chapter: 'compare-and-set',
    createBrokenMethods: ({ storage }) => ({
      compareAndSet: async (...call) => {
        if (await storage.compareAndSet(...call)) return true;
        throw new ContentionError('the watched key has changed');
      },
    }),
  },
  {
    bug: 'updates with separate reads and writes',
    rule: 'CAS-5',
    chapter: 'update',
    createBrokenMethods: ({ storage }) => ({
      update: async (identifier, change, options) => {
        const current = await storage.getState<never>(identifier);
        await nextTick();
        return storage.update(identifier, () => change(current), options);
      },
    }),
  },
  {
    bug: 'runs local updates concurrently instead of queueing them',
    rule: 'CAS-5',
    chapter: 'update',
    createBrokenMethods: ({ storage }) => ({
      update: async (identifier, change, options = {}) => {
        for (let attempt = 0; attempt < (options.attempts ?? 100); attempt++) {
          const expected = await storage.getState<never>(identifier);
          const next = change(expected);
          await nextTick();
          if (next !== null && (await storage.compareAndSet(identifier, next, { ttl: 'keep', expected }))) return next;
        }
        throw new ContentionError('every attempt was lost');
      },
    }),
  },
  {
    bug: 'keeps the state if the change returns null',
    rule: 'CAS-5',
    chapter: 'update',
    createBrokenMethods: ({ storage }) => ({
      update: <T extends StorableState<T>>(identifier: string, change: Change<T>, options?: UpdateOptions) =>
        storage.update<T>(identifier, (current) => change(current) ?? current, options),
    }),
  },
  {
    bug: 'deletes a state that the change did not receive',
    rule: 'CAS-5',
    chapter: 'update',
    createBrokenMethods: ({ storage }) => ({
      update: async <T extends StorableState<T>>(identifier: string, change: Change<T>, options?: UpdateOptions) => {
        let isDeletion = false;
        const updated = await storage.update<T>(
          identifier,
          (current) => {
            const next = change(current);
            isDeletion ||= next === null;
            return next;
          },
          options,
        );
        if (isDeletion) await storage.deleteState(identifier);
        return isDeletion ? null : updated;
      },
    }),
  },
  {
    bug: 'writes although every attempt was lost',
    rule: 'CAS-5',
    chapter: 'update',
    createBrokenMethods: ({ storage }) => ({
      update: async <T extends StorableState<T>>(identifier: string, change: Change<T>, options?: UpdateOptions) => {
        try {
          return await storage.update<T>(identifier, change, options);
        } catch (error) {
          if (!isFsmStorageError(error) || error.code !== 'CONTENTION') throw error;
          await storage.setState(identifier, { forced: true });
          return storage.getState<T>(identifier);
        }
      },
    }),
  },
  {
    bug: 'increments with separate reads and writes',
    rule: 'CNT-1',
    chapter: 'counters',
    createBrokenMethods: ({ storage }) => ({
      increment: async (identifier, amount = 1, options) => {
        const before = (await storage.getCounter(identifier)) ?? 0;
        await nextTick();
        const now = (await storage.getCounter(identifier)) ?? 0;
        return storage.increment(identifier, before + amount - now, options);
      },
    }),
  },
  {
    bug: 'continues from an expired total',
    rule: 'CNT-2',
    chapter: 'counters',
    createBrokenMethods: ({ storage, store }) => ({
      increment: async (identifier, amount = 1, options) => {
        const stored = store.get({ namespace: storage.namespace, kind: 'counter', identifier });
        const isStale = stored !== undefined && (await storage.getCounter(identifier)) === null;
        return storage.increment(identifier, isStale ? amount + Number(stored.text) : amount, options);
      },
    }),
  },
  {
    bug: 'changes the deadline although refresh is false',
    rule: 'CNT-3',
    chapter: 'counters',
    createBrokenMethods: ({ storage }) => ({
      increment: (identifier, amount, options) =>
        storage.increment(identifier, amount, options?.refresh === false ? { ttl: options.ttl } : options),
    }),
  },
  {
    bug: 'sets a deadline only on the call that creates the counter',
    rule: 'CNT-3',
    chapter: 'counters',
    createBrokenMethods: ({ storage }) => ({
      increment: (identifier, amount, options) =>
        storage.increment(identifier, amount, options?.ttl === undefined ? options : { ...options, refresh: false }),
    }),
  },
  {
    bug: 'removes the deadline of a counter if no ttl is given',
    rule: 'CNT-3',
    chapter: 'counters',
    createBrokenMethods: ({ storage }) => ({
      increment: (identifier, amount, options) =>
        storage.increment(identifier, amount, options?.ttl === undefined ? { ttl: 0 } : options),
    }),
  },
  {
    bug: 'rounds amounts',
    rule: 'CNT-4',
    chapter: 'counters',
    createBrokenMethods: ({ storage }) => ({
      increment: (identifier, amount, options) =>
        storage.increment(identifier, Number.isFinite(amount) ? Math.trunc(amount ?? 1) : amount, options),
    }),
  },
  {
    bug: 'returns the largest total instead of rejecting more',
    rule: 'CNT-4',
    chapter: 'counters',
    createBrokenMethods: ({ storage }) => ({
      increment: (identifier, amount, options) =>
        storage.increment(identifier, amount, options).catch(async (error: unknown) => {
          if (!isFsmStorageError(error) || error.code !== 'COUNTER_OVERFLOW') throw error;
          return (await storage.getCounter(identifier)) ?? 0;
        }),
    }),
  },
];
