import { whenReady } from '../toolkit/awaitable.js';
import { BaseStorage } from '../contract/base-storage.js';
import type {
  CompareAndSetOptions,
  IncrementOptions,
  SetStateOptions,
  Ttl,
  UpdateOptions,
} from '../contract/operation-options.js';
import type { StateDocument, StorableState } from '../contract/state-document.js';
import type { Awaitable, EntryKind, StateWrite, StorageKey, WriteExpiry } from '../contract/storage-driver.js';
import { CounterOverflowError } from '../errors/outcome-errors.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import {
  assertAmount,
  assertChange,
  assertIdentifier,
  assertIdentifierList,
  isNamespace,
  NAMESPACE_EXPECTED,
  readIncrementOptions,
  readOptions,
  readUpdateOptions,
  resolveCounterExpiry,
  resolveExpiry,
  resolveStateExpiry,
} from '../rules/arguments.js';
import { quote } from '../toolkit/describe-value.js';
import { clearEntries } from './clear-namespace.js';
import { listIdentifiers, scanIdentifiers } from './list-keys.js';
import type { StorageCore } from './storage-core.js';
import { runUpdate } from './update.js';

const MAX_EXPECTED_BYTES = 16 * 1024 * 1024;

/** The operations of one namespace over a core that several namespaces may share. */
export class NamespacedStorage<Encoded> extends BaseStorage {
  readonly #core: StorageCore<Encoded>;
  readonly #namespace: string;

  constructor(core: StorageCore<Encoded>, namespace: string) {
    super();
    this.#core = core;
    this.#namespace = namespace;
  }

  override get backend(): string {
    return this.#core.driver.backend;
  }

  override get namespace(): string {
    return this.#namespace;
  }

  override withNamespace(namespace: string): BaseStorage {
    if (!isNamespace(namespace)) {
      throw new InvalidOptionsError('withNamespace', [`namespace: expected ${NAMESPACE_EXPECTED}`]);
    }
    return new NamespacedStorage(this.#core, namespace);
  }

  getState<T extends StorableState<T> = StateDocument>(identifier: string): Promise<T | null> {
    return this.#core.run('getState', () => {
      const key = this.#key('state', identifier);
      return whenReady(this.#core.driver.read(key), (stored) => {
        return stored === null ? null : (this.#core.codec.decode(stored, key) as T);
      });
    });
  }

  getStates<T extends StorableState<T> = StateDocument>(identifiers: readonly string[]): Promise<(T | null)[]> {
    return this.#core.run('getStates', async () => {
      assertIdentifierList(identifiers);
      const keys = Array.from(identifiers, (identifier) => this.#key('state', identifier)); // Array.from also visits holes.
      if (keys.length === 0) return [];
      const copied = keys.map(({ identifier }) => identifier); // The caller may change its list meanwhile.
      const stored = await this.#core.driver.readMany(this.#namespace, copied);
      return keys.map((key, index) => {
        const state = stored[index] ?? null;
        return state === null ? null : (this.#core.codec.decode(state, key) as T);
      });
    });
  }

  setState<T extends StorableState<T> = StateDocument>(
    identifier: string,
    state: T | StateDocument,
    options?: SetStateOptions,
  ): Promise<void> {
    return this.#core.run('setState', () => {
      const key = this.#key('state', identifier);
      const { ttl } = readOptions('setState', options);
      return this.#core.driver.write(key, this.#write(state, ttl));
    });
  }

  deleteState(identifier: string): Promise<boolean> {
    return this.#core.run('deleteState', () => this.#core.driver.remove(this.#key('state', identifier)));
  }

  compareAndSet<T extends StorableState<T> = StateDocument, Expected extends StorableState<Expected> = T>(
    identifier: string,
    next: T | StateDocument,
    options?: CompareAndSetOptions<Expected | StateDocument>,
  ): Promise<boolean> {
    return this.#core.run('compareAndSet', () => {
      const key = this.#key('state', identifier);
      const { expected, ttl } = readOptions('compareAndSet', options);
      const write = this.#write(next, ttl);
      const { codec, driver } = this.#core;
      if (expected === null || expected === undefined) return driver.compareAndSet(key, null, write);
      const encoded = codec.encode(expected, { root: 'expected', maxBytes: this.#maxExpectedBytes });
      return driver.compareAndSet(key, codec.expect(encoded), write);
    });
  }

  update<T extends StorableState<T> = StateDocument>(
    identifier: string,
    change: (current: T | null) => T | null,
    options?: UpdateOptions,
  ): Promise<T | null> {
    return this.#core.runSteps(async () => {
      const key = this.#key('state', identifier);
      assertChange(change);
      const { ttl, attempts } = readUpdateOptions(options);
      this.#stateExpiry(ttl); // Rejects a wrong ttl before anything is read.
      const updated = await runUpdate(this.#core, {
        key,
        attempts,
        change: (current) => change(current as T | null),
        write: (document) => this.#write(document, ttl),
      });
      return updated as T | null;
    });
  }

  increment(identifier: string, amount = 1, options?: IncrementOptions): Promise<number> {
    return this.#core.run('increment', () => {
      const key = this.#key('counter', identifier);
      assertAmount(amount);
      const { ttl, refresh } = readIncrementOptions(options);
      const { defaultTtl, clock } = this.#core.options;
      const expiry = resolveCounterExpiry(ttl, refresh, defaultTtl, clock);
      return whenReady(this.#core.driver.increment(key, amount, expiry), (total) => {
        return total === 'overflow' ? rejectTotal(identifier, amount) : total;
      });
    });
  }

  getCounter(identifier: string): Promise<number | null> {
    return this.#core.run('getCounter', () => this.#core.driver.readCounter(this.#key('counter', identifier)));
  }

  deleteCounter(identifier: string): Promise<boolean> {
    return this.#core.run('deleteCounter', () => this.#core.driver.remove(this.#key('counter', identifier)));
  }

  getTtl(identifier: string): Promise<number | null | undefined> {
    return this.#core.run('getTtl', () => this.#readTtl('state', identifier));
  }

  getCounterTtl(identifier: string): Promise<number | null | undefined> {
    return this.#core.run('getCounterTtl', () => this.#readTtl('counter', identifier));
  }

  touch(identifier: string, ttl: number): Promise<boolean> {
    return this.#core.run('touch', () => this.#writeTtl('state', identifier, ttl));
  }

  touchCounter(identifier: string, ttl: number): Promise<boolean> {
    return this.#core.run('touchCounter', () => this.#writeTtl('counter', identifier, ttl));
  }

  listKeys(pattern = '*'): Promise<string[]> {
    return listIdentifiers(this.#core, this.#namespace, 'state', pattern);
  }

  scanKeys(pattern = '*'): AsyncIterable<string> {
    return scanIdentifiers(this.#core, this.#namespace, 'state', pattern);
  }

  listCounters(pattern = '*'): Promise<string[]> {
    return listIdentifiers(this.#core, this.#namespace, 'counter', pattern);
  }

  scanCounters(pattern = '*'): AsyncIterable<string> {
    return scanIdentifiers(this.#core, this.#namespace, 'counter', pattern);
  }

  clearNamespace(): Promise<number> {
    return clearEntries(this.#core, this.#namespace);
  }

  health(): Promise<boolean> {
    return this.#core.health();
  }

  start(): Promise<void> {
    return this.#core.lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#core.lifecycle.stop();
  }

  /** The stored state may be larger than today's `maxStateBytes`. The cap stops documents that expand without end. */
  get #maxExpectedBytes(): number {
    return Math.max(this.#core.options.maxStateBytes, MAX_EXPECTED_BYTES);
  }

  #key(kind: EntryKind, identifier: unknown): StorageKey {
    assertIdentifier(identifier);
    return { namespace: this.#namespace, kind, identifier };
  }

  #readTtl(kind: EntryKind, identifier: unknown): Awaitable<number | null | undefined> {
    return whenReady(this.#core.driver.readTtl(this.#key(kind, identifier)), (ttlMs) => {
      return typeof ttlMs === 'number' ? ttlMs / 1000 : ttlMs;
    });
  }

  #writeTtl(kind: EntryKind, identifier: unknown, ttl: number): Awaitable<boolean> {
    const key = this.#key(kind, identifier);
    return this.#core.driver.writeTtl(key, resolveExpiry(ttl, this.#core.options.clock));
  }

  #write(document: unknown, ttl: Ttl | undefined): StateWrite<Encoded> {
    const { codec, options } = this.#core;
    const state = codec.encode(document, { root: 'state', maxBytes: options.maxStateBytes });
    return { state, expiry: this.#stateExpiry(ttl) };
  }

  #stateExpiry(ttl: Ttl | undefined): WriteExpiry {
    const { defaultTtl, clock } = this.#core.options;
    return resolveStateExpiry(ttl, defaultTtl, clock);
  }
}

function rejectTotal(identifier: string, amount: number): never {
  throw new CounterOverflowError(
    `The total of counter ${quote(identifier)} plus ${amount} would leave ±${Number.MAX_SAFE_INTEGER}; ` +
      'the counter is unchanged.',
  );
}
