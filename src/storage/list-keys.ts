import { isIdentifier } from '../rules/arguments.js';
import { type IdentifierPattern, parsePattern } from '../rules/identifier-pattern.js';
import type { StorageCore } from './storage-core.js';

/** The identifiers of live states that match, each once (rule LS-1). One operation: `stop` waits for all of it. */
export function listIdentifiers<Encoded>(
  core: StorageCore<Encoded>,
  namespace: string,
  pattern: string,
): Promise<string[]> {
  return core.run('listKeys', async () => {
    const glob = parsePattern(pattern);
    const found = new Set<string>();
    for await (const page of core.driver.scan(namespace, glob.literalPrefix)) {
      for (const identifier of matching(page, glob)) found.add(identifier);
    }
    return [...found];
  });
}

/** The same in bounded memory (rule LS-4). Each page is one operation, so a caller that pauses does not delay `stop`. */
export async function* scanIdentifiers<Encoded>(
  core: StorageCore<Encoded>,
  namespace: string,
  pattern: string,
): AsyncGenerator<string, void, undefined> {
  const glob = await core.run('scanKeys', () => parsePattern(pattern));
  const pages = await core.run('scanKeys', () => {
    return core.driver.scan(namespace, glob.literalPrefix)[Symbol.asyncIterator]();
  });
  try {
    for (;;) {
      const page = await core.run('scanKeys', () => pages.next());
      if (page.done === true) return;
      yield* matching(page.value, glob);
    }
  } finally {
    // The caller has stopped iterating or already has the error, so a failed cleanup is only reported.
    await core.callDriver('scanKeys', () => pages.return?.()).catch((error: unknown) => core.report(error));
  }
}

/** A backend may hold keys of other programs that are not valid identifiers, and may yield an identifier twice. */
function matching(page: readonly string[], glob: IdentifierPattern): readonly string[] {
  return [...new Set(page)].filter((identifier) => isIdentifier(identifier) && glob.matches(identifier));
}
