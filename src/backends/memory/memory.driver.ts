import { type Clock, systemClock } from '../../contract/clock.js';
import type { StateDocument } from '../../contract/state-document.js';
import type {
  DriverContext,
  EntryKind,
  ExpectedState,
  Expiry,
  StateWrite,
  StorageDriver,
  StorageKey,
  WriteExpiry,
} from '../../contract/storage-driver.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import { type Entry, EntryTable, type SweptEntry } from './entry-table.js';

interface NamespaceEntries {
  readonly state: EntryTable<StateDocument>;
  readonly counter: EntryTable<number>;
}

/** Expired entries that each write removes, so that memory stays bounded in a loop that never yields to timers. */
const SWEPT_PER_WRITE = 2;

/** Keeps entries in the memory of this process, as long as the storage object exists. */
export class MemoryDriver implements StorageDriver<StateDocument> {
  readonly backend = 'memory';
  readonly encoding = 'document';
  readonly #namespaces = new Map<string, NamespaceEntries>();
  readonly #expiring = new ExpiryQueue<SweptEntry>();
  #clock: Clock = systemClock;

  open(context: DriverContext): void {
    this.#clock = context.clock;
  }

  /** Keeps the entries, as a file or server would; they are freed with the storage object. */
  close(): void {}

  ping(): void {}

  read(key: StorageKey): StateDocument | null {
    return this.#live(this.#states(key.namespace), key.identifier)?.value ?? null;
  }

  readMany(namespace: string, identifiers: readonly string[]): (StateDocument | null)[] {
    const table = this.#states(namespace);
    return identifiers.map((identifier) => this.#live(table, identifier)?.value ?? null);
  }

  write(key: StorageKey, { state, expiry }: StateWrite<StateDocument>): void {
    const table = this.#states(key.namespace);
    this.#store(table, key.identifier, this.#live(table, key.identifier), state, expiry);
  }

  remove(key: StorageKey): boolean {
    return key.kind === 'state'
      ? this.#remove(this.#states(key.namespace), key.identifier)
      : this.#remove(this.#counters(key.namespace), key.identifier);
  }

  compareAndSet(
    key: StorageKey,
    expected: ExpectedState<StateDocument> | null,
    next: StateWrite<StateDocument> | null,
  ): boolean {
    const table = this.#states(key.namespace);
    const current = this.#live(table, key.identifier);
    if ((current === undefined) !== (expected === null)) return false;
    if (current !== undefined && expected?.matches(current.value) !== true) return false;
    if (next === null) this.#remove(table, key.identifier);
    else this.#store(table, key.identifier, current, next.state, next.expiry);
    return true;
  }

  increment(key: StorageKey, amount: number, expiry: WriteExpiry): number | 'overflow' {
    const table = this.#counters(key.namespace);
    const current = this.#live(table, key.identifier);
    const total = (current?.value ?? 0) + amount;
    if (!Number.isSafeInteger(total)) return 'overflow';
    this.#store(table, key.identifier, current, total, expiry);
    return total;
  }

  readCounter(key: StorageKey): number | null {
    return this.#live(this.#counters(key.namespace), key.identifier)?.value ?? null;
  }

  readTtl(key: StorageKey): number | null | undefined {
    const entry = this.#table(key).get(key.identifier);
    if (entry === undefined || entry.expiresAt === null) return entry === undefined ? undefined : null;
    const leftMs = entry.expiresAt - this.#clock.now();
    return leftMs > 0 ? leftMs : undefined;
  }

  writeTtl(key: StorageKey, expiry: Expiry): boolean {
    const entry = this.#live<unknown>(this.#table(key), key.identifier);
    if (entry === undefined) return false;
    entry.expiresAt = expiry.expiresAt;
    this.#expiring.track(entry);
    return true;
  }

  async *scan(namespace: string, literalPrefix: string, kind: EntryKind): AsyncGenerator<string[], void, undefined> {
    for await (const page of this.#table({ namespace, kind }).pages(literalPrefix)) {
      yield page.filter((entry) => !isExpired(entry, this.#clock)).map(({ identifier }) => identifier);
    }
  }

  /** Drops the whole Map: deleting entry by entry would rehash the rest in one long pause. */
  async *clear(namespace: string): AsyncGenerator<number, void, undefined> {
    const { state, counter } = this.#entriesOf(namespace);
    this.#namespaces.delete(namespace);
    yield* this.#forgetEntries(state);
    yield* this.#forgetEntries(counter);
  }

  sweep(limit: number): number {
    const now = this.#clock.now();
    for (let swept = 0; swept < limit; swept += 1) {
      const entry = this.#expiring.takeExpired(now);
      if (entry === undefined) return swept;
      entry.table.delete(entry.identifier);
    }
    return limit;
  }

  #states(namespace: string): EntryTable<StateDocument> {
    return this.#entriesOf(namespace).state;
  }

  #table({ namespace, kind }: Pick<StorageKey, 'namespace' | 'kind'>): EntryTable<unknown> {
    return this.#entriesOf(namespace)[kind];
  }

  #counters(namespace: string): EntryTable<number> {
    return this.#entriesOf(namespace).counter;
  }

  #entriesOf(namespace: string): NamespaceEntries {
    let entries = this.#namespaces.get(namespace);
    if (entries === undefined) {
      entries = { state: new EntryTable(), counter: new EntryTable() };
      this.#namespaces.set(namespace, entries);
    }
    return entries;
  }

  #live<Value>(table: EntryTable<Value>, identifier: string): Entry<Value> | undefined {
    const entry = table.get(identifier);
    return entry === undefined || isExpired(entry, this.#clock) ? undefined : entry;
  }

  /** @param live - the live entry under this identifier, looked up in the same step */
  #store<Value>(
    table: EntryTable<Value>,
    identifier: string,
    live: Entry<Value> | undefined,
    value: Value,
    { expiresAt, onLive }: WriteExpiry,
  ): void {
    // Reuses an expired entry.
    const entry = live ?? table.get(identifier) ?? table.add(identifier, value);
    entry.value = value;
    if (live === undefined || onLive === 'replace') entry.expiresAt = expiresAt;
    this.#expiring.track(entry);
    if (this.#expiring.size > 0) this.sweep(SWEPT_PER_WRITE);
  }

  #remove<Value>(table: EntryTable<Value>, identifier: string): boolean {
    const entry = table.get(identifier);
    if (entry === undefined) return false;
    table.delete(identifier);
    this.#expiring.forget(entry);
    return !isExpired(entry, this.#clock);
  }

  /** For a detached table. If the caller stops iterating, the rest leave the expiry queue at their deadlines. */
  async *#forgetEntries<Value>(table: EntryTable<Value>): AsyncGenerator<number, void, undefined> {
    for await (const page of table.pages('')) {
      for (const entry of page) this.#expiring.forget(entry);
      yield page.filter((entry) => !isExpired(entry, this.#clock)).length;
    }
  }
}

/** Reads the clock only if there is a deadline: that costs as much as the rest of a read. */
function isExpired({ expiresAt }: Expiring, clock: Clock): boolean {
  return expiresAt !== null && expiresAt <= clock.now();
}
