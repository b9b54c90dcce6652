import type { EntryKind } from '../contract/storage-driver.js';
import { isIdentifier } from '../rules/arguments.js';
import { type IdentifierPattern, parsePattern } from '../rules/identifier-pattern.js';
import { isTickBudgetSpent, nextTick } from '../toolkit/event-loop.js';
import { ShardedSet } from '../toolkit/sharded-set.js';
import type { StorageCore } from './storage-core.js';

/** Identifiers that are matched between two looks at the clock; each takes less than 20 µs. */
const MATCHED_AT_ONCE = 16;

/** The identifiers of live entries of a kind that match, each once (rules LS-1, CNT-5). One operation: `stop` waits for all of it. */
export function listIdentifiers<Encoded>(
  core: StorageCore<Encoded>,
  namespace: string,
  kind: EntryKind,
  pattern: string,
): Promise<string[]> {
  return core.run(kind === 'state' ? 'listKeys' : 'listCounters', async () => {
    const glob = parsePattern(pattern);
    const seen = new ShardedSet();
    const found: string[] = [];
    for await (const page of core.driver.scan(namespace, glob.literalPrefix, kind)) {
      await forEachMatch(page, glob, (identifier) => {
        if (seen.add(identifier)) found.push(identifier);
      });
    }
    return found;
  });
}

/** The same in bounded memory (rule LS-4). Each page is one operation, so a caller that pauses does not delay `stop`. */
export async function* scanIdentifiers<Encoded>(
  core: StorageCore<Encoded>,
  namespace: string,
  kind: EntryKind,
  pattern: string,
): AsyncGenerator<string, void, undefined> {
  const operation = kind === 'state' ? 'scanKeys' : 'scanCounters';
  const glob = await core.run(operation, () => parsePattern(pattern));
  const pages = await core.run(operation, () => {
    return core.driver.scan(namespace, glob.literalPrefix, kind)[Symbol.asyncIterator]();
  });
  try {
    for (;;) {
      const page = await core.run(operation, () => pages.next());
      if (page.done === true) return;
      const found = new Set<string>();
      await forEachMatch(page.value, glob, (identifier) => found.add(identifier));
      yield* found;
    }
  } finally {
    // The caller has stopped iterating or already has the error, so a failed cleanup is only reported.
    await core.callDriver(operation, () => pages.return?.()).catch((error: unknown) => core.report(error));
  }
}

/**
 * Calls `visit` for the identifiers of a page that match. A backend may hold keys of other programs that are not valid
 * identifiers, and may yield one twice. Lets the event loop continue meanwhile: a page takes many milliseconds if the pattern
 * is complex.
 */
async function forEachMatch(
  page: readonly string[],
  glob: IdentifierPattern,
  visit: (identifier: string) => void,
): Promise<void> {
  for (const [index, identifier] of page.entries()) {
    if (index % MATCHED_AT_ONCE === 0 && isTickBudgetSpent()) await nextTick();
    if (isIdentifier(identifier) && glob.matches(identifier)) visit(identifier);
  }
}
