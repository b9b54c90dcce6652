import { type Clock, systemClock } from '../../contract/clock.js';
import type { StateDocument } from '../../contract/state-document.js';
import type {
  DriverContext,
  ExpectedState,
  Expiry,
  StateWrite,
  StorageDriver,
  StorageKey,
  WriteExpiry,
} from '../../contract/storage-driver.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';
import { type Entry, EntryTable, type SweptEntry } from './entry-table.js';

/** One namespace's entries. */
interface Space {
  readonly state: EntryTable<StateDocument>;
  readonly counter: EntryTable<number>;
}

/** Each write clears away this many expired entries, so that a loop that never yields to timers leaves no heap behind. */
const SWEPT_PER_WRITE = 2;

/** Keeps entries in the memory of this process; they go with the storage object. */
export class MemoryDriver implements StorageDriver<StateDocument> {
  readonly backend = 'memory';
  readonly encoding = 'document';
  readonly #spaces = new Map<string, Space>();
  readonly #expiring = new ExpiryQueue<SweptEntry>();
  #clock: Clock = systemClock;

  open(context: DriverContext): void {
    this.#clock = context.clock;
  }

  /** Keeps the entries, as a file or server does; they go when the storage itself is let go. */
  close(): void {}

  ping(): void {}

  read(key: StorageKey): StateDocument | null {
    return this.#live(this.#states(key.namespace), key.identifier)?.value ?? null;
  }

  readMany(namespace: string, identifiers: readonly string[]): (StateDocument | null)[] {
    const shelf = this.#states(namespace);
    return identifiers.map((identifier) => this.#live(shelf, identifier)?.value ?? null);
  }

  write(key: StorageKey, { state, expiry }: StateWrite<StateDocument>): void {
    const shelf = this.#states(key.namespace);
    this.#put(shelf, key.identifier, this.#live(shelf, key.identifier), state, expiry);
  }

  remove(key: StorageKey): boolean {
    return key.kind === 'state'
      ? this.#take(this.#states(key.namespace), key.identifier)
      : this.#take(this.#counters(key.namespace), key.identifier);
  }

  compareAndSet(
    key: StorageKey,
    expected: ExpectedState<StateDocument> | null,
    next: StateWrite<StateDocument> | null,
  ): boolean {
    const shelf = this.#states(key.namespace);
    const current = this.#live(shelf, key.identifier);
    if ((current === undefined) !== (expected === null)) return false;
    if (current !== undefined && expected?.matches(current.value) !== true) return false;
    if (next === null) this.#take(shelf, key.identifier);
    else this.#put(shelf, key.identifier, current, next.state, next.expiry);
    return true;
  }

  increment(key: StorageKey, amount: number, expiry: WriteExpiry): number | 'overflow' {
    const shelf = this.#counters(key.namespace);
    const current = this.#live(shelf, key.identifier);
    const total = (current?.value ?? 0) + amount;
    if (!Number.isSafeInteger(total)) return 'overflow';
    this.#put(shelf, key.identifier, current, total, expiry);
    return total;
  }

  readCounter(key: StorageKey): number | null {
    return this.#live(this.#counters(key.namespace), key.identifier)?.value ?? null;
  }

  readTtl(key: StorageKey): number | null | undefined {
    const entry = this.#states(key.namespace).get(key.identifier);
    if (entry === undefined || entry.expiresAt === null) return entry === undefined ? undefined : null;
    const leftMs = entry.expiresAt - this.#clock.now();
    return leftMs > 0 ? leftMs : undefined;
  }

  writeTtl(key: StorageKey, expiry: Expiry): boolean {
    const entry = this.#live(this.#states(key.namespace), key.identifier);
    if (entry === undefined) return false;
    entry.expiresAt = expiry.expiresAt;
    this.#expiring.track(entry);
    return true;
  }

  async *scan(namespace: string, literalPrefix: string): AsyncGenerator<string[], void, undefined> {
    for await (const page of this.#states(namespace).pages(literalPrefix)) {
      yield page.filter((entry) => !isExpired(entry, this.#clock)).map(({ identifier }) => identifier);
    }
  }

  /** All go at once, with their Maps: one that loses entry after entry moves what it has left, in a single moment. */
  async *clear(namespace: string): AsyncGenerator<number, void, undefined> {
    const { state, counter } = this.#space(namespace);
    this.#spaces.delete(namespace);
    yield* this.#letGo(state);
    yield* this.#letGo(counter);
  }

  sweep(limit: number): number {
    const now = this.#clock.now();
    for (let swept = 0; swept < limit; swept += 1) {
      const entry = this.#expiring.takeExpired(now);
      if (entry === undefined) return swept;
      entry.shelf.delete(entry.identifier);
    }
    return limit;
  }

  #states(namespace: string): EntryTable<StateDocument> {
    return this.#space(namespace).state;
  }

  #counters(namespace: string): EntryTable<number> {
    return this.#space(namespace).counter;
  }

  #space(namespace: string): Space {
    let space = this.#spaces.get(namespace);
    if (space === undefined) {
      space = { state: new EntryTable(), counter: new EntryTable() };
      this.#spaces.set(namespace, space);
    }
    return space;
  }

  #live<Value>(shelf: EntryTable<Value>, identifier: string): Entry<Value> | undefined {
    const entry = shelf.get(identifier);
    return entry === undefined || isExpired(entry, this.#clock) ? undefined : entry;
  }

  /** @param live - the entry that is there, found live in this same step */
  #put<Value>(
    shelf: EntryTable<Value>,
    identifier: string,
    live: Entry<Value> | undefined,
    value: Value,
    { expiresAt, onLive }: WriteExpiry,
  ): void {
    // An expired entry is used again.
    const entry = live ?? shelf.get(identifier) ?? shelf.add(identifier, value);
    entry.value = value;
    if (live === undefined || onLive === 'replace') entry.expiresAt = expiresAt;
    this.#expiring.track(entry);
    if (this.#expiring.size > 0) this.sweep(SWEPT_PER_WRITE);
  }

  #take<Value>(shelf: EntryTable<Value>, identifier: string): boolean {
    const entry = shelf.get(identifier);
    if (entry === undefined) return false;
    shelf.delete(identifier);
    this.#expiring.forget(entry);
    return !isExpired(entry, this.#clock);
  }

  /** Of a shelf that nobody finds any more. Those a reader leaves to us who stops early go at their deadlines. */
  async *#letGo<Value>(shelf: EntryTable<Value>): AsyncGenerator<number, void, undefined> {
    for await (const page of shelf.pages('')) {
      for (const entry of page) this.#expiring.forget(entry);
      yield page.filter((entry) => !isExpired(entry, this.#clock)).length;
    }
  }
}

/** Reads the clock only for a deadline: it costs as much as all the rest of a read. */
function isExpired({ expiresAt }: Expiring, clock: Clock): boolean {
  return expiresAt !== null && expiresAt <= clock.now();
}
