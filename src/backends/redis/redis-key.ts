import type { StorageKey } from '../../contract/storage-driver.js';
import { prefixedStart, type RedisPrefix } from './kurigram-layout.js';

/**
 * The Redis key of every entry: `<namespace>:<identifier>` for a state, `<namespace>#<identifier>` for a counter. A
 * namespace contains neither `:` nor `#`, so no two entries share a key (rules NS-1, NS-2).
 */
export class RedisKeys {
  readonly #prefix: RedisPrefix | undefined;

  constructor(prefix: RedisPrefix | undefined) {
    this.#prefix = prefix;
  }

  of({ namespace, kind, identifier }: StorageKey): string {
    const start = this.startOf(namespace);
    return kind === 'state' ? `${start}:${identifier}` : `${start}#${identifier}`;
  }

  /** The start of the keys of all entries of a namespace; `:` or `#` follows. */
  startOf(namespace: string): string {
    return this.#prefix === undefined ? namespace : prefixedStart(this.#prefix, namespace);
  }
}

/** Escapes a text so that, as a Redis glob, it matches only itself. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

const MAX_IDENTIFIER_BYTES = 512;

/** Whether the end of a key can be an identifier (rule ID-1). Other programs wrote all other keys. */
export function isStoredIdentifier(text: string): boolean {
  return text !== '' && !text.includes('\0') && Buffer.byteLength(text) <= MAX_IDENTIFIER_BYTES;
}
