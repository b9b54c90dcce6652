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
import { nextTurn } from '../../storage/next-turn.js';
import { type Expiring, ExpiryQueue } from './expiry-queue.js';

/** An entry, as much of it as the sweep needs to know. */
interface SweptEntry extends Expiring {
  readonly identifier: string;
  readonly shelf: { delete(identifier: string): boolean };
}
interface Entry<Value> extends SweptEntry {
  value: Value;
}
type Shelf<Value> = Map<string, Entry<Value>>;

/** One namespace's entries. */
interface Space {
  readonly state: Shelf<StateDocument>;
  readonly counter: Shelf<number>;
}

const PAGE = 1000;
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
    let page: string[] = [];
    for (const [identifier, entry] of snapshot(this.#states(namespace))) {
      if (!identifier.startsWith(literalPrefix) || isExpired(entry, this.#clock)) continue;
      if (page.push(identifier) < PAGE) continue;
      yield page;
      page = [];
      await nextTurn();
    }
    if (page.length > 0) yield page;
  }

  async *clear(namespace: string): AsyncGenerator<number, void, undefined> {
    yield* this.#clearShelf(this.#states(namespace));
    yield* this.#clearShelf(this.#counters(namespace));
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

  #states(namespace: string): Shelf<StateDocument> {
    return this.#space(namespace).state;
  }

  #counters(namespace: string): Shelf<number> {
    return this.#space(namespace).counter;
  }

  #space(namespace: string): Space {
    let space = this.#spaces.get(namespace);
    if (space === undefined) {
      space = { state: new Map(), counter: new Map() };
      this.#spaces.set(namespace, space);
    }
    return space;
  }

  #live<Value>(shelf: Shelf<Value>, identifier: string): Entry<Value> | undefined {
    const entry = shelf.get(identifier);
    return entry === undefined || isExpired(entry, this.#clock) ? undefined : entry;
  }

  /** @param live - the entry that is there, found live in this same step */
  #put<Value>(
    shelf: Shelf<Value>,
    identifier: string,
    live: Entry<Value> | undefined,
    value: Value,
    { expiresAt, onLive }: WriteExpiry,
  ): void {
    const entry = live ?? entryToFill(shelf, identifier, value);
    entry.value = value;
    if (live === undefined || onLive === 'replace') entry.expiresAt = expiresAt;
    this.#expiring.track(entry);
    if (this.#expiring.size > 0) this.sweep(SWEPT_PER_WRITE);
  }

  #take<Value>(shelf: Shelf<Value>, identifier: string): boolean {
    const entry = shelf.get(identifier);
    if (entry === undefined) return false;
    shelf.delete(identifier);
    this.#expiring.forget(entry);
    return !isExpired(entry, this.#clock);
  }

  async *#clearShelf<Value>(shelf: Shelf<Value>): AsyncGenerator<number, void, undefined> {
    let visited = 0;
    let removed = 0;
    for (const [identifier] of snapshot(shelf)) {
      visited += 1;
      if (this.#take(shelf, identifier)) removed += 1;
      if (visited % PAGE !== 0) continue;
      yield removed;
      removed = 0;
      await nextTurn();
    }
    yield removed;
  }
}

/**
 * The entries that are there now and stay, each once. A Map's own iterator also visits, at its end, what is added
 * meanwhile: a busy writer would keep it going for ever.
 */
function* snapshot<Value>(shelf: Shelf<Value>): Generator<[string, Entry<Value>], void, undefined> {
  let left = shelf.size;
  for (const entry of shelf) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}

/** An expired entry is used again. */
function entryToFill<Value>(shelf: Shelf<Value>, identifier: string, value: Value): Entry<Value> {
  const expired = shelf.get(identifier);
  if (expired !== undefined) return expired;
  const entry: Entry<Value> = { value, expiresAt: null, queuedUntil: 0, queueIndex: -1, identifier, shelf };
  shelf.set(identifier, entry);
  return entry;
}

/** Reads the clock only for a deadline: it costs as much as all the rest of a read. */
function isExpired({ expiresAt }: Expiring, clock: Clock): boolean {
  return expiresAt !== null && expiresAt <= clock.now();
}
