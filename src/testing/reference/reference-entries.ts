import { systemClock } from '../../contract/clock.js';
import type { Ttl } from '../../contract/operation-options.js';
import type { EntryKind, StorageKey } from '../../contract/storage-driver.js';
import type { StorageOptions } from '../../storage/storage-options.js';
import { assertReferenceSeconds, assertReferenceTtl } from './reference-arguments.js';
import { assertReferencePattern, matchesReferencePattern } from './reference-pattern.js';
import type { ReferenceEntry, ReferenceStore } from './reference-store.js';

/** The rules that are the same for states and counters: deadlines, removal and listing. */
export class ReferenceEntries {
  readonly #options: StorageOptions;
  readonly #store: ReferenceStore;

  constructor(options: StorageOptions, store: ReferenceStore) {
    this.#options = options;
    this.#store = store;
  }

  live(key: StorageKey): ReferenceEntry | undefined {
    const entry = this.#store.get(key);
    const isExpired = typeof entry?.expiresAt === 'number' && entry.expiresAt <= this.#now();
    return isExpired ? undefined : entry;
  }

  /** Returns whether the entry was live. */
  delete(key: StorageKey): boolean {
    const wasLive = this.live(key) !== undefined;
    this.#store.delete(key);
    return wasLive;
  }

  list(namespace: string, kind: EntryKind, pattern: string): string[] {
    assertReferencePattern(pattern);
    return this.#store
      .keys(namespace, kind)
      .filter((key) => this.live(key) !== undefined && matchesReferencePattern(pattern, key.identifier))
      .map((key) => key.identifier);
  }

  /** Seconds; null: never expires; undefined: there is no live entry. */
  ttlOf(key: StorageKey): number | null | undefined {
    const entry = this.live(key);
    if (entry === undefined) return undefined;
    return entry.expiresAt === null ? null : (entry.expiresAt - this.#now()) / 1000;
  }

  touch(key: StorageKey, ttl: number): boolean {
    assertReferenceSeconds(ttl);
    const entry = this.live(key);
    if (entry === undefined) return false;
    this.#store.set(key, { ...entry, expiresAt: this.deadline(key, ttl) });
    return true;
  }

  /** The deadline of a write; null: never. */
  deadline(key: StorageKey, ttl: Ttl | undefined): number | null {
    if (ttl !== undefined) assertReferenceTtl(ttl);
    const live = this.live(key);
    if (ttl === 'keep' && live !== undefined) return live.expiresAt;
    const seconds = typeof ttl === 'number' ? ttl : (this.#options.defaultTtl ?? 0);
    return seconds === 0 ? null : this.#now() + Math.max(1, Math.round(seconds * 1000));
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now();
  }
}
