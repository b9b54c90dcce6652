import { BaseStorage } from '../../contract/base-storage.js';
import type {
  CompareAndSetOptions,
  IncrementOptions,
  SetStateOptions,
  UpdateOptions,
} from '../../contract/operation-options.js';
import type { StateDocument } from '../../contract/state-document.js';
import type { EntryKind, StorageKey } from '../../contract/storage-driver.js';
import { ContentionError, CorruptStateError, CounterOverflowError } from '../../errors/outcome-errors.js';
import { StorageNotStartedError } from '../../errors/usage-errors.js';
import type { StorageOptions } from '../../storage/storage-options.js';
import {
  assertReferenceAmount,
  assertReferenceIdentifier,
  assertReferenceIdentifiers,
  assertReferenceNamespace,
  assertReferenceOptions,
  assertReferenceRefresh,
  assertReferenceSeconds,
  assertReferenceUpdate,
  ignoreRejection,
} from './reference-arguments.js';
import { ReferenceEntries } from './reference-entries.js';
import { parseReferenceText, toReferenceText } from './reference-state.js';
import { ReferenceStore } from './reference-store.js';

type Comparison = CompareAndSetOptions<unknown>;

/**
 * The contract as plain code: a storage over a Map. Every operation completes in one step, so no other call can run in
 * between. Random programs compare real backends with it. It never sweeps expired entries and is not meant to be fast.
 *
 * @example
 * ```ts
 * import { ReferenceStorage } from 'nestjs-fsm-storage/testing';
 *
 * const storage = new ReferenceStorage({ namespace: 'orders' });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:paying' });
 * ```
 */
export class ReferenceStorage extends BaseStorage {
  readonly #options: StorageOptions;
  readonly #store: ReferenceStore;
  readonly #entries: ReferenceEntries;
  /** Shared by a storage and its views. */
  readonly #startState: { isStarted: boolean };

  /**
   * @param store - pass the same store to several storages to let them see the same entries; by default a new store
   * @param startState - used by {@link ReferenceStorage.withNamespace}, whose views start and stop with their storage
   * @throws {@link InvalidOptionsError} an option is unknown or invalid; the error lists all problems
   */
  constructor(options: StorageOptions = {}, store = new ReferenceStore(), startState = { isStarted: false }) {
    super();
    assertReferenceOptions(options);
    this.#options = options;
    this.#store = store;
    this.#entries = new ReferenceEntries(options, store);
    this.#startState = startState;
  }

  override get backend(): string {
    return 'reference';
  }

  override get namespace(): string {
    return this.#options.namespace ?? 'fsm';
  }

  override withNamespace(namespace: string): BaseStorage {
    assertReferenceNamespace(namespace);
    return new ReferenceStorage({ ...this.#options, namespace }, this.#store, this.#startState);
  }

  async start(): Promise<void> {
    this.#startState.isStarted = true;
  }

  async stop(): Promise<void> {
    this.#startState.isStarted = false;
  }

  async health(): Promise<boolean> {
    return this.#startState.isStarted;
  }

  async getState<T>(identifier: string): Promise<T | null> {
    return this.#read(this.#key('state', identifier)) as T | null;
  }

  async getStates<T>(identifiers: readonly string[]): Promise<(T | null)[]> {
    this.#assertStarted();
    assertReferenceIdentifiers(identifiers);
    return identifiers.map((identifier) => this.#read(this.#key('state', identifier)) as T | null);
  }

  async setState(identifier: string, state: unknown, options: SetStateOptions = {}): Promise<void> {
    const key = this.#key('state', identifier);
    this.#store.set(key, { text: this.#textOf(state), expiresAt: this.#entries.deadline(key, options.ttl) });
  }

  async deleteState(identifier: string): Promise<boolean> {
    return this.#entries.delete(this.#key('state', identifier));
  }

  async compareAndSet(identifier: string, next: unknown, options: Comparison = {}): Promise<boolean> {
    const key = this.#key('state', identifier);
    const entry = { text: this.#textOf(next), expiresAt: this.#entries.deadline(key, options.ttl) };
    const expected = options.expected ?? null;
    const expectedText = expected === null ? null : toReferenceText(expected);
    if (this.#comparableText(key) !== expectedText) return false;
    this.#store.set(key, entry);
    return true;
  }

  async update<T>(
    identifier: string,
    change: (current: T | null) => T | null,
    options: UpdateOptions = {},
  ): Promise<T | null> {
    const key = this.#key('state', identifier);
    const { ttl = 'keep', attempts = 100 } = options;
    assertReferenceUpdate(change, attempts);
    const expiresAt = this.#entries.deadline(key, ttl);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = this.#entries.live(key);
      const next = ignoreRejection(change(this.#read(key) as T | null));
      const text = next === null ? null : this.#textOf(next);
      if (this.#entries.live(key) !== before) continue;
      if (text === null) this.#store.delete(key);
      else this.#store.set(key, { text, expiresAt });
      return this.#read(key) as T | null;
    }
    throw new ContentionError('the state changed during every attempt');
  }

  async getTtl(identifier: string): Promise<number | null | undefined> {
    return this.#entries.ttlOf(this.#key('state', identifier));
  }

  async getCounterTtl(identifier: string): Promise<number | null | undefined> {
    return this.#entries.ttlOf(this.#key('counter', identifier));
  }

  async touch(identifier: string, ttl: number): Promise<boolean> {
    return this.#entries.touch(this.#key('state', identifier), ttl);
  }

  async touchCounter(identifier: string, ttl: number): Promise<boolean> {
    return this.#entries.touch(this.#key('counter', identifier), ttl);
  }

  async increment(identifier: string, amount: number = 1, options: IncrementOptions = {}): Promise<number> {
    const key = this.#key('counter', identifier);
    assertReferenceAmount(amount);
    const { ttl, refresh = true } = options;
    if (ttl !== undefined) assertReferenceSeconds(ttl);
    assertReferenceRefresh(refresh);
    const live = this.#entries.live(key);
    const total = Number(live?.text ?? 0) + amount;
    if (!Number.isSafeInteger(total)) throw new CounterOverflowError('the total would leave ±(2^53 − 1)');
    const keepsDeadline = live !== undefined && (ttl === undefined || !refresh);
    const expiresAt = keepsDeadline ? live.expiresAt : this.#entries.deadline(key, ttl);
    this.#store.set(key, { text: String(total), expiresAt });
    return total;
  }

  async getCounter(identifier: string): Promise<number | null> {
    const entry = this.#entries.live(this.#key('counter', identifier));
    return entry === undefined ? null : Number(entry.text);
  }

  async deleteCounter(identifier: string): Promise<boolean> {
    return this.#entries.delete(this.#key('counter', identifier));
  }

  async listKeys(pattern = '*'): Promise<string[]> {
    return this.#list('state', pattern);
  }

  async *scanKeys(pattern = '*'): AsyncGenerator<string> {
    yield* this.#list('state', pattern);
  }

  async listCounters(pattern = '*'): Promise<string[]> {
    return this.#list('counter', pattern);
  }

  async *scanCounters(pattern = '*'): AsyncGenerator<string> {
    yield* this.#list('counter', pattern);
  }

  async clearNamespace(): Promise<number> {
    this.#assertStarted();
    return this.#store.keys(this.namespace).filter((key) => this.#entries.delete(key)).length;
  }

  #assertStarted(): void {
    if (!this.#startState.isStarted) throw new StorageNotStartedError('Call start() first.');
  }

  #key(kind: EntryKind, identifier: string): StorageKey {
    this.#assertStarted();
    assertReferenceIdentifier(identifier);
    return { namespace: this.namespace, kind, identifier };
  }

  #read(key: StorageKey): StateDocument | null {
    const entry = this.#entries.live(key);
    if (entry === undefined) return null;
    const document = parseReferenceText(entry.text);
    if (document === undefined) throw new CorruptStateError('the stored text is not a state');
    return document;
  }

  /** The canonical text of the live state; null: there is no state; undefined: it is damaged and equals no document. */
  #comparableText(key: StorageKey): string | null | undefined {
    const entry = this.#entries.live(key);
    if (entry === undefined) return null;
    const document = parseReferenceText(entry.text);
    return document === undefined ? undefined : toReferenceText(document);
  }

  #list(kind: EntryKind, pattern: string): string[] {
    this.#assertStarted();
    return this.#entries.list(this.namespace, kind, pattern);
  }

  #textOf(state: unknown): string {
    return toReferenceText(state, this.#options.maxStateBytes ?? 1_048_576);
  }
}
