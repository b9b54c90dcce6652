import { isTickBudgetSpent, nextTick } from '../../toolkit/event-loop.js';
import type { Expiring } from './expiry-queue.js';

/** The part of an entry that sweeping needs, whatever the type of its value. */
export interface SweptEntry extends Expiring {
  readonly identifier: string;
  readonly table: { delete(identifier: string): void };
}

/** An identifier with its value and deadline. */
export interface Entry<Value> extends SweptEntry {
  value: Value;
}

/** Entries of one page. */
const PAGE = 1000;
/** Entries visited between two looks at the clock: about 50 microseconds. */
const VISITED_AT_ONCE = 1000;

/** The entries of one kind in one namespace. A listing by prefix visits all of them: a Map keeps no order. */
export class EntryTable<Value> {
  readonly #entries = new Map<string, Entry<Value>>();

  get(identifier: string): Entry<Value> | undefined {
    return this.#entries.get(identifier);
  }

  /** Adds an entry without a deadline. */
  add(identifier: string, value: Value): Entry<Value> {
    const entry: Entry<Value> = { value, expiresAt: null, queuedUntil: 0, queueIndex: -1, identifier, table: this };
    this.#entries.set(identifier, entry);
    return entry;
  }

  delete(identifier: string): void {
    this.#entries.delete(identifier);
  }

  /**
   * Pages of the entries that match a prefix. Each entry that exists during the whole listing is in one page; an entry
   * added meanwhile may be in one.
   */
  async *pages(literalPrefix: string): AsyncGenerator<readonly Entry<Value>[], void, undefined> {
    let page: Entry<Value>[] = [];
    let visited = 0;
    for (const [identifier, entry] of firstEntries(this.#entries, this.#entries.size)) {
      if (identifier.startsWith(literalPrefix)) page.push(entry);
      visited += 1;
      if (page.length === PAGE) {
        yield page;
        page = [];
      }
      if (visited % VISITED_AT_ONCE === 0 && isTickBudgetSpent()) await nextTick();
    }
    if (page.length > 0) yield page;
  }
}

/**
 * At most as many entries as the Map had when the listing began. Its own iterator also visits entries that are added
 * meanwhile, at the end, so a busy writer would keep it running forever.
 */
function* firstEntries<Value>(
  entries: ReadonlyMap<string, Value>,
  limit: number,
): Generator<[string, Value], void, undefined> {
  let left = limit;
  for (const entry of entries) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}
