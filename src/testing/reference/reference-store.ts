import type { EntryKind, StorageKey } from '../../contract/storage-driver.js';

/** A stored entry. `text` is canonical JSON for a state and a decimal number for a counter. */
export interface ReferenceEntry {
  readonly text: string;
  /** Epoch milliseconds; null: never expires. */
  readonly expiresAt: number | null;
}

/**
 * The Map behind a {@link ReferenceStorage}. Several storages can share one, as processes share a server. Tests use it
 * to read and write stored texts directly.
 */
export class ReferenceStore {
  readonly #entries = new Map<string, { readonly key: StorageKey; readonly entry: ReferenceEntry }>();

  /** Returns the entry of a key, live or expired; undefined: nothing is stored. */
  get(key: StorageKey): ReferenceEntry | undefined {
    return this.#entries.get(toMapKey(key))?.entry;
  }

  /** Stores an entry and replaces the previous one. */
  set(key: StorageKey, entry: ReferenceEntry): void {
    this.#entries.set(toMapKey(key), { key, entry });
  }

  /** Removes the entry of a key, if there is one. */
  delete(key: StorageKey): void {
    this.#entries.delete(toMapKey(key));
  }

  /** Returns the keys of a namespace, expired entries included. Without `kind`, of states and counters. */
  keys(namespace: string, kind?: EntryKind): StorageKey[] {
    return [...this.#entries.values()]
      .map(({ key }) => key)
      .filter((key) => key.namespace === namespace && (kind === undefined || key.kind === kind));
  }
}

function toMapKey(key: StorageKey): string {
  return JSON.stringify([key.namespace, key.kind, key.identifier]);
}
