import { isCounterText } from './commands/entry-commands.js';

/** A text that replaces a namespace in keys: `<text>:<identifier>` is the layout of kurigram-addons (rule FMT-2). */
export interface RedisPrefix {
  readonly text: string;
  /** The namespace that it replaces. A namespace below it keeps the rest of its name. */
  readonly namespace: string;
}

/** The start of the identifiers under which kurigram-addons stores its counters among the states. */
const LEGACY_COUNTERS = ['__ctr__:', '__rl__:'] as const;

/** The start of all keys of a namespace in a storage with a prefix. */
export function prefixedStart({ text, namespace: root }: RedisPrefix, namespace: string): string {
  if (namespace === root || namespace.startsWith(`${root}.`)) return text + namespace.slice(root.length);
  // Another namespace could equal the prefix, so it is marked with `/`, which no namespace contains.
  return `${text}/${namespace}`;
}

/**
 * Removes the counters of kurigram-addons from a list of identifiers. A bare number is not a state, so their values identify
 * them; `readStates` reads these values.
 */
export async function withoutLegacyCounters(
  identifiers: string[],
  readStates: (identifiers: readonly string[]) => Promise<readonly (string | null)[]>,
): Promise<string[]> {
  const candidates = identifiers.filter(mayBeLegacyCounter);
  if (candidates.length === 0) return identifiers;
  const values = await readStates(candidates);
  const counters = new Set(candidates.filter((_, index) => isCounterText(values[index] ?? '')));
  return identifiers.filter((identifier) => !counters.has(identifier));
}

function mayBeLegacyCounter(identifier: string): boolean {
  return LEGACY_COUNTERS.some((start) => identifier.startsWith(start));
}
