import type { EntryKind, StorageKey } from '../../contract/storage-driver.js';

/** A stored entry: canonical JSON for a state, digits for a counter. */
export interface ReferenceEntry {
  readonly text: string;
  /** Epoch milliseconds; null: never expires. */
  readonly expiresAt: number | null;
}

/** What several reference storages share, as processes share a server: nothing but a Map. */
export class ReferenceStore {
  readonly #entries = new Map<string, { readonly key: StorageKey; readonly entry: ReferenceEntry }>();

  get(key: StorageKey): ReferenceEntry | undefined {
    return this.#entries.get(addressOf(key))?.entry;
  }

  set(key: StorageKey, entry: ReferenceEntry): void {
    this.#entries.set(addressOf(key), { key, entry });
  }

  delete(key: StorageKey): void {
    this.#entries.delete(addressOf(key));
  }

  /** The keys of a namespace, of one kind or of both. */
  keys(namespace: string, kind?: EntryKind): StorageKey[] {
    return [...this.#entries.values()]
      .map(({ key }) => key)
      .filter((key) => key.namespace === namespace && (kind === undefined || key.kind === kind));
  }
}

function addressOf(key: StorageKey): string {
  return JSON.stringify([key.namespace, key.kind, key.identifier]);
}
