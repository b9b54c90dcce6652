/** An entry with a deadline and its position in the queue. */
export interface Expiring {
  /** Epoch milliseconds; null: never. */
  expiresAt: number | null;
  /** The deadline it is queued under, never later than `expiresAt`. */
  queuedUntil: number;
  /** Its index in the heap; -1: not queued. */
  queueIndex: number;
}

/**
 * Entries by deadline, the earliest first: a binary heap whose entries know their index, so that each is in it once
 * and can be removed at any time. Moving a deadline later costs nothing: the entry is queued again only when its old
 * deadline comes up. Memory is one array slot per entry, however often it is written.
 * Source: J. W. J. Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964.
 */
export class ExpiryQueue<T extends Expiring> {
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** Queues an entry under its deadline, new or changed. */
  track(entry: T): void {
    if (entry.expiresAt === null) {
      this.forget(entry);
    } else if (entry.queueIndex === -1) {
      this.#insert(entry, entry.expiresAt);
    } else if (entry.expiresAt < entry.queuedUntil) {
      entry.queuedUntil = entry.expiresAt;
      this.#rise(entry);
    }
  }

  /** Removes an entry. */
  forget(entry: T): void {
    const index = entry.queueIndex;
    if (index === -1) return;
    entry.queueIndex = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#setAt(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  /** Removes and returns an entry whose deadline has passed; undefined: there is none. */
  takeExpired(now: number): T | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || !(first.queuedUntil <= now)) return undefined;
      this.forget(first);
      if (first.expiresAt === null) continue;
      // Not `<=`: a clock that returns NaN would keep this loop running forever.
      if (!(first.expiresAt > now)) return first;
      this.#insert(first, first.expiresAt);
    }
  }

  #insert(entry: T, until: number): void {
    entry.queuedUntil = until;
    this.#setAt(entry, this.#heap.length);
    this.#rise(entry);
  }

  #rise(entry: T): void {
    while (entry.queueIndex > 0) {
      const parent = this.#heap[(entry.queueIndex - 1) >> 1];
      if (parent === undefined || parent.queuedUntil <= entry.queuedUntil) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: T): void {
    for (;;) {
      const child = this.#earlierChild(entry.queueIndex);
      if (child === undefined || entry.queuedUntil <= child.queuedUntil) return;
      this.#swap(entry, child);
    }
  }

  #earlierChild(index: number): T | undefined {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    if (left === undefined || right === undefined) return left;
    return right.queuedUntil < left.queuedUntil ? right : left;
  }

  #swap(left: T, right: T): void {
    const index = left.queueIndex;
    this.#setAt(left, right.queueIndex);
    this.#setAt(right, index);
  }

  #setAt(entry: T, index: number): void {
    this.#heap[index] = entry;
    entry.queueIndex = index;
  }
}
