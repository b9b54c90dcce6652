import type { StorageKey } from '../../contract/storage-driver.js';

/** A text that stands in a namespace's place (rule FMT-2). */
export interface RedisPrefix {
  readonly text: string;
  /** The namespace that it stands for; namespaces below it keep their rest. */
  readonly namespace: string;
}

/** Where the counters that kurigram-addons keeps among its states begin. */
const LEGACY_COUNTERS = ['__ctr__:', '__rl__:'] as const;

/**
 * The Redis key of every entry: `<namespace>:<identifier>` for a state, `<namespace>#<identifier>` for a counter.
 * Neither sign can be in a namespace, so no two entries meet (rules NS-1, NS-2).
 */
export class RedisKeys {
  readonly #prefix: RedisPrefix | undefined;

  constructor(prefix: RedisPrefix | undefined) {
    this.#prefix = prefix;
  }

  of(key: StorageKey): string {
    const start = this.#startOf(key.namespace);
    return key.kind === 'state' ? `${start}:${key.identifier}` : `${start}#${key.identifier}`;
  }

  state(namespace: string, identifier: string): string {
    return this.of({ namespace, kind: 'state', identifier });
  }

  /** What the keys of a namespace's states begin with. */
  statesOf(namespace: string): string {
    return `${this.#startOf(namespace)}:`;
  }

  /** What the keys of a namespace's states and counters begin with, up to the sign that tells them apart. */
  entriesOf(namespace: string): string {
    return this.#startOf(namespace);
  }

  /** Whether an identifier may be a counter of kurigram-addons; its value decides. */
  mayBeLegacyCounter(identifier: string): boolean {
    return this.#prefix !== undefined && LEGACY_COUNTERS.some((start) => identifier.startsWith(start));
  }

  #startOf(namespace: string): string {
    if (this.#prefix === undefined) return namespace;
    const { text, namespace: root } = this.#prefix;
    if (namespace === root || namespace.startsWith(`${root}.`)) return text + namespace.slice(root.length);
    // A namespace beside the root could be spelled like the prefix; `/` cannot be in one.
    return `${text}/${namespace}`;
  }
}

/** A text as a Redis glob that matches nothing else. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

const MAX_IDENTIFIER_BYTES = 512;

/** Whether what follows in a key can be an identifier of ours (rule ID-1); any other key is foreign. */
export function isStoredIdentifier(text: string): boolean {
  return text !== '' && !text.includes('\0') && Buffer.byteLength(text) <= MAX_IDENTIFIER_BYTES;
}
