import { setImmediate as nextTick } from 'node:timers/promises';
import { InvalidStateError } from '../../../src/errors/usage-errors.js';
import { isFsmStorageError } from '../../../src/errors/fsm-storage.error.js';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { matchesReferencePattern } from '../../../src/testing/reference/reference-pattern.js';
import type { BrokenStorage } from './broken-entries.js';
import type { Sabotage } from './sabotage.js';

type Match = (pattern: string, identifier: string) => boolean;

/** Patterns are sound but for one thing. */
const BROKEN_MATCHES: readonly { readonly bug: string; readonly match: Match }[] = [
  { bug: 'ignores case', match: (pattern, identifier) => sound(pattern.toLowerCase(), identifier.toLowerCase()) },
  { bug: 'matches beginnings', match: (pattern, identifier) => sound(`${pattern}*`, identifier) },
  { bug: 'lets no * run over a newline', match: (p, identifier) => sound(p, identifier) && !/\n/.test(identifier) },
  { bug: 'lets no * run over a slash', match: (p, identifier) => sound(p, identifier) && !identifier.includes('/') },
  { bug: 'knows no classes', match: (p, identifier) => sound(p.replaceAll(/(?<!\\)\[/g, '\\['), identifier) },
  { bug: 'knows no escapes', match: (p, identifier) => sound(p.replaceAll('\\', '\\\\'), identifier) },
  { bug: 'negates by ! too', match: (p, identifier) => sound(p.replaceAll('[!', '[^'), identifier) },
  { bug: 'counts UTF-16 units', match: (p, identifier) => sound(halves(p), halves(identifier)) },
  { bug: 'takes % for a wildcard', match: (p, identifier) => sound(p.replaceAll('%', '*'), identifier) },
  { bug: 'reads no reversed range', match: (p, identifier) => sound(p.replaceAll('[c-a]', '[]'), identifier) },
];

/** Storages that break listing, lifecycle, health and errors. */
export const BROKEN_MANNERS: readonly BrokenStorage[] = [
  {
    bug: 'lists counters',
    rule: 'LS-1',
    chapter: 'listing',
    sabotage: ({ storage, store }) => ({
      listKeys: async (pattern) => {
        const counters = store.keys(storage.namespace, 'counter').map(({ identifier }) => identifier);
        return [...(await storage.listKeys(pattern)), ...counters];
      },
    }),
  },
  {
    bug: 'lists what was written twice twice',
    rule: 'LS-1',
    chapter: 'listing',
    sabotage: ({ storage }) => {
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
    sabotage: ({ storage }) => ({ listKeys: async (pattern) => (await storage.listKeys(pattern)).slice(0, 1000) }),
  },
  {
    bug: 'pages through a scan by offset',
    rule: 'LS-3',
    chapter: 'listing',
    sabotage: ({ storage }) => ({ scanKeys: (pattern) => scanByOffset(storage, pattern) }),
  },
  {
    bug: 'locks the storage until a scan is read to its end',
    rule: 'LS-4',
    chapter: 'listing',
    sabotage: ({ storage }) => {
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
    bug: 'throws at once when a scan gets a wrong pattern',
    rule: 'LS-4',
    chapter: 'listing',
    sabotage: ({ storage }) => ({
      scanKeys: (pattern = '*') => {
        matchesReferencePattern(pattern, '');
        return storage.scanKeys(pattern);
      },
    }),
  },
  ...BROKEN_MATCHES.map(({ bug, match }) => ({
    bug: `has patterns that: ${bug}`,
    rule: 'LS-2',
    chapter: 'patterns',
    sabotage: listingBy(match),
  })),
  {
    bug: 'takes an unclosed bracket literally',
    rule: 'LS-2',
    chapter: 'patterns',
    sabotage: ({ storage }) => ({
      listKeys: (pattern = '*') =>
        storage.listKeys(String(pattern).includes(']') ? pattern : pattern.replaceAll('[', '\\[')),
    }),
  },
  {
    bug: 'answers reads before start',
    rule: 'LC-2',
    chapter: 'lifecycle',
    sabotage: ({ storage }) => ({
      getCounter: async (identifier) => ((await storage.health()) ? storage.getCounter(identifier) : null),
    }),
  },
  {
    bug: 'complains of arguments before it says that it is not started',
    rule: 'LC-2',
    chapter: 'lifecycle',
    sabotage: ({ storage, sibling }) => ({
      touch: async (identifier, ttl) => {
        await sibling({ namespace: 'nowhere' }).touch(identifier, ttl);
        return storage.touch(identifier, ttl);
      },
    }),
  },
  {
    bug: 'stops without waiting for what is in flight',
    rule: 'LC-1',
    chapter: 'lifecycle',
    sabotage: ({ storage }) => ({
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
    sabotage: ({ storage }) => ({
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
    sabotage: ({ storage }) => {
      let isEnded = false;
      return {
        start: async () => (isEnded ? undefined : storage.start()),
        stop: async () => {
          isEnded = true;
          await storage.stop();
        },
      };
    },
  },
  {
    bug: 'always says that it is healthy',
    rule: 'HL-1',
    chapter: 'health',
    sabotage: () => ({ health: async () => true }),
  },
  {
    bug: 'throws from health when it is stopped',
    rule: 'HL-1',
    chapter: 'health',
    sabotage: ({ storage }) => ({ health: async () => (await storage.getState('probe')) === null }),
  },
  {
    bug: 'leaves its probe behind when it checks its health',
    rule: 'HL-1',
    chapter: 'health',
    sabotage: ({ storage }) => ({
      health: async () => {
        if (await storage.health()) await storage.setState('__health__', {});
        return storage.health();
      },
    }),
  },
  {
    bug: 'throws errors of its own making',
    rule: 'ER-1',
    chapter: 'errors',
    sabotage: ({ storage }) => ({
      listKeys: (pattern) =>
        storage.listKeys(pattern).catch((error: unknown) => {
          throw new SyntaxError('bad pattern', { cause: error });
        }),
    }),
  },
  {
    bug: 'puts the state into the message',
    rule: 'ER-1',
    chapter: 'errors',
    sabotage: ({ storage }) => ({
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
    sabotage: ({ storage }) => ({
      increment: (identifier, amount, options) => {
        if (!Number.isSafeInteger(amount ?? 1)) throw new RangeError('bad amount');
        return storage.increment(identifier, amount, options);
      },
    }),
  },
  {
    bug: 'changes the total although it refuses it',
    rule: 'ER-3',
    chapter: 'errors',
    sabotage: ({ storage }) => ({
      increment: (identifier, amount, options) =>
        storage.increment(identifier, amount, options).catch(async (error: unknown) => {
          await storage.deleteCounter(identifier);
          throw error;
        }),
    }),
  },
];

function listingBy(match: Match): Sabotage {
  return ({ storage }) => ({
    listKeys: async (pattern = '*') => {
      await storage.listKeys(pattern);
      return (await storage.listKeys()).filter((identifier) => match(pattern, identifier));
    },
  });
}

function sound(pattern: string, identifier: string): boolean {
  return matchesReferencePattern(pattern, identifier);
}

/** Each character beyond U+FFFF as two of the private use area, as UTF-16 has it. */
function halves(text: string): string {
  return text.replaceAll(/[\ud800-\udfff]/g, (half) => String.fromCodePoint(half.charCodeAt(0) + 0x10_0000));
}

async function* scanByOffset(storage: BaseStorage, pattern: string | undefined): AsyncGenerator<string> {
  for (let offset = 0; ; offset += 10) {
    const page = (await storage.listKeys(pattern)).slice(offset, offset + 10);
    if (page.length === 0) return;
    yield* page;
  }
}
