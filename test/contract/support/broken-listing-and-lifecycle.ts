import { setImmediate as nextTick } from 'node:timers/promises';
import { InvalidStateError } from '../../../src/errors/usage-errors.js';
import { isFsmStorageError } from '../../../src/errors/fsm-storage.error.js';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { matchesReferencePattern } from '../../../src/testing/reference/reference-pattern.js';
import type { BrokenStorage, CreateBrokenMethods } from './broken-storage.js';

type Match = (pattern: string, identifier: string) => boolean;

/** Matchers with one mistake each. */
const BROKEN_MATCHERS: readonly { readonly bug: string; readonly match: Match }[] = [
  {
    bug: 'ignores case',
    match: (pattern, identifier) => matchesCorrectly(pattern.toLowerCase(), identifier.toLowerCase()),
  },
  { bug: 'matches prefixes', match: (pattern, identifier) => matchesCorrectly(`${pattern}*`, identifier) },
  {
    bug: 'does not let * match a newline',
    match: (p, identifier) => matchesCorrectly(p, identifier) && !/\n/.test(identifier),
  },
  {
    bug: 'does not let * match a slash',
    match: (p, identifier) => matchesCorrectly(p, identifier) && !identifier.includes('/'),
  },
  {
    bug: 'does not support classes',
    match: (p, identifier) => matchesCorrectly(p.replaceAll(/(?<!\\)\[/g, '\\['), identifier),
  },
  {
    bug: 'does not support escapes',
    match: (p, identifier) => matchesCorrectly(p.replaceAll('\\', '\\\\'), identifier),
  },
  { bug: 'also negates with !', match: (p, identifier) => matchesCorrectly(p.replaceAll('[!', '[^'), identifier) },
  {
    bug: 'counts UTF-16 code units',
    match: (p, identifier) => matchesCorrectly(splitSurrogates(p), splitSurrogates(identifier)),
  },
  { bug: 'treats % as a wildcard', match: (p, identifier) => matchesCorrectly(p.replaceAll('%', '*'), identifier) },
  {
    bug: 'does not support reversed ranges',
    match: (p, identifier) => matchesCorrectly(p.replaceAll('[c-a]', '[]'), identifier),
  },
];

/** Storages that break listing, lifecycle, health and errors. */
export const BROKEN_LISTING_AND_LIFECYCLE: readonly BrokenStorage[] = [
  {
    bug: 'lists counters',
    rule: 'LS-1',
    chapter: 'listing',
    createBrokenMethods: ({ storage, store }) => ({
      listKeys: async (pattern) => {
        const counters = store.keys(storage.namespace, 'counter').map(({ identifier }) => identifier);
        return [...(await storage.listKeys(pattern)), ...counters];
      },
    }),
  },
  {
    bug: 'lists states as counters',
    rule: 'CNT-5',
    chapter: 'listing and touching counters',
    createBrokenMethods: ({ storage }) => ({ listCounters: (pattern) => storage.listKeys(pattern) }),
  },
  {
    bug: 'touches the state of the same name instead of the counter',
    rule: 'CNT-5',
    chapter: 'listing and touching counters',
    createBrokenMethods: ({ storage }) => ({ touchCounter: (identifier, ttl) => storage.touch(identifier, ttl) }),
  },
  {
    bug: 'lists an identifier twice if it was written twice',
    rule: 'LS-1',
    chapter: 'listing',
    createBrokenMethods: ({ storage }) => {
      const written: string[] = [];
      return {
        setState: async (identifier, ...rest) => {
          await storage.setState(identifier, ...rest);
          written.push(identifier);
        },
        listKeys: async (pattern) => {
          const listed = new Set(await storage.listKeys(pattern));
          return written.filter((identifier) => listed.has(identifier));
        },
      };
    },
  },
  {
    bug: 'lists only the first page',
    rule: 'LS-1',
    chapter: 'listing',
    createBrokenMethods: ({ storage }) => ({
      listKeys: async (pattern) => (await storage.listKeys(pattern)).slice(0, 1000),
    }),
  },
  {
    bug: 'pages through a scan by offset',
    rule: 'LS-3',
    chapter: 'listing',
    createBrokenMethods: ({ storage }) => ({ scanKeys: (pattern) => scanByOffset(storage, pattern) }),
  },
  {
    bug: 'locks the storage until a scan has been read completely',
    rule: 'LS-4',
    chapter: 'listing',
    createBrokenMethods: ({ storage }) => {
      let isLocked = false;
      return {
        scanKeys: async function* (pattern) {
          isLocked = true;
          yield* storage.scanKeys(pattern);
          isLocked = false;
        },
        increment: async (...call) => {
          if (isLocked) throw new Error('database is locked');
          return storage.increment(...call);
        },
      };
    },
  },
  {
    bug: 'throws synchronously if scanKeys gets an invalid pattern',
    rule: 'LS-4',
    chapter: 'listing',
    createBrokenMethods: ({ storage }) => ({
      scanKeys: (pattern = '*') => {
        matchesReferencePattern(pattern, '');
        return storage.scanKeys(pattern);
      },
    }),
  },
  ...BROKEN_MATCHERS.map(({ bug, match }) => ({
    bug: `has a pattern matcher that ${bug}`,
    rule: 'LS-2',
    chapter: 'patterns',
    createBrokenMethods: createListingBy(match),
  })),
  {
    bug: 'treats an unclosed bracket as a literal',
    rule: 'LS-2',
    chapter: 'patterns',
    createBrokenMethods: ({ storage }) => ({
      listKeys: (pattern = '*') =>
        storage.listKeys(String(pattern).includes(']') ? pattern : pattern.replaceAll('[', '\\[')),
    }),
  },
  {
    bug: 'allows reads before start',
    rule: 'LC-2',
    chapter: 'lifecycle',
    createBrokenMethods: ({ storage }) => ({
      getCounter: async (identifier) => ((await storage.health()) ? storage.getCounter(identifier) : null),
    }),
  },
  {
    bug: 'validates arguments before it reports NOT_STARTED',
    rule: 'LC-2',
    chapter: 'lifecycle',
    createBrokenMethods: ({ storage, sibling }) => ({
      touch: async (identifier, ttl) => {
        await sibling({ namespace: 'nowhere' }).touch(identifier, ttl);
        return storage.touch(identifier, ttl);
      },
    }),
  },
  {
    bug: 'stops without waiting for pending operations',
    rule: 'LC-1',
    chapter: 'lifecycle',
    createBrokenMethods: ({ storage }) => ({
      setState: async (...call) => {
        await storage.setState(...call);
        await nextTick();
      },
    }),
  },
  {
    bug: 'fails to start a second time',
    rule: 'LC-1',
    chapter: 'lifecycle',
    createBrokenMethods: ({ storage }) => ({
      start: async () => {
        if (await storage.health()) throw new Error('already connected');
        await storage.start();
      },
    }),
  },
  {
    bug: 'cannot be started again after stop',
    rule: 'LC-1',
    chapter: 'lifecycle',
    createBrokenMethods: ({ storage }) => {
      let wasStopped = false;
      return {
        start: async () => (wasStopped ? undefined : storage.start()),
        stop: async () => {
          wasStopped = true;
          await storage.stop();
        },
      };
    },
  },
  {
    bug: 'always reports that it is healthy',
    rule: 'HL-1',
    chapter: 'health',
    createBrokenMethods: () => ({ health: async () => true }),
  },
  {
    bug: 'throws from health while it is stopped',
    rule: 'HL-1',
    chapter: 'health',
    createBrokenMethods: ({ storage }) => ({ health: async () => (await storage.getState('probe')) === null }),
  },
  {
    bug: 'leaves an entry in the store when it checks its health',
    rule: 'HL-1',
    chapter: 'health',
    createBrokenMethods: ({ storage }) => ({
      health: async () => {
        if (await storage.health()) await storage.setState('__health__', {});
        return storage.health();
      },
    }),
  },
  {
    bug: 'throws errors that are not FsmStorageErrors',
    rule: 'ER-1',
    chapter: 'errors',
    createBrokenMethods: ({ storage }) => ({
      listKeys: (pattern) =>
        storage.listKeys(pattern).catch((error: unknown) => {
          throw new SyntaxError('bad pattern', { cause: error });
        }),
    }),
  },
  {
    bug: 'includes the state in an error message',
    rule: 'ER-1',
    chapter: 'errors',
    createBrokenMethods: ({ storage }) => ({
      setState: (identifier, state, options) =>
        storage.setState(identifier, state, options).catch((error: unknown) => {
          if (!isFsmStorageError(error) || error.code !== 'INVALID_STATE') throw error;
          throw new InvalidStateError('state', `cannot store ${JSON.stringify(state)}`);
        }),
    }),
  },
  {
    bug: 'throws synchronously',
    rule: 'ER-1',
    chapter: 'errors',
    createBrokenMethods: ({ storage }) => ({
      increment: (identifier, amount, options) => {
        if (!Number.isSafeInteger(amount ?? 1)) throw new RangeError('bad amount');
        return storage.increment(identifier, amount, options);
      },
    }),
  },
  {
    bug: 'changes the total although it rejects the increment',
    rule: 'ER-3',
    chapter: 'errors',
    createBrokenMethods: ({ storage }) => ({
      increment: (identifier, amount, options) =>
        storage.increment(identifier, amount, options).catch(async (error: unknown) => {
          await storage.deleteCounter(identifier);
          throw error;
        }),
    }),
  },
];

function createListingBy(match: Match): CreateBrokenMethods {
  return ({ storage }) => ({
    listKeys: async (pattern = '*') => {
      await storage.listKeys(pattern);
      return (await storage.listKeys()).filter((identifier) => match(pattern, identifier));
    },
  });
}

function matchesCorrectly(pattern: string, identifier: string): boolean {
  return matchesReferencePattern(pattern, identifier);
}

/**
 * Replaces each surrogate pair by two private-use characters, so that one character counts as two UTF-16 code units.
 */
function splitSurrogates(text: string): string {
  return text.replaceAll(/[\ud800-\udfff]/g, (surrogate) => String.fromCodePoint(surrogate.charCodeAt(0) + 0x10_0000));
}

async function* scanByOffset(storage: BaseStorage, pattern: string | undefined): AsyncGenerator<string> {
  for (let offset = 0; ; offset += 10) {
    const page = (await storage.listKeys(pattern)).slice(offset, offset + 10);
    if (page.length === 0) return;
    yield* page;
  }
}
