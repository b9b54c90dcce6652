import { nextTick } from '../../toolkit/event-loop.js';
import type { Expiring } from './expiry-queue.js';
import { IdentifierOrder } from './sorted-identifiers.js';

/** An entry, as much of it as the sweep needs to know. */
export interface SweptEntry extends Expiring {
  readonly identifier: string;
  readonly shelf: { delete(identifier: string): void };
}

/** What is kept under an identifier. */
export interface Entry<Value> extends SweptEntry {
  value: Value;
}

/** Identifiers given at once. */
const PAGE = 1000;
/** Entries passed, or put in order, within one turn of the event loop: about half a millisecond of it. */
const PASSED_PER_TURN = 10_000;
const ORDERED_PER_TURN = 500;
/** To put an entry in order takes as long as to pass it some twenty times. */
const WALKS_WORTH_ORDER = 20;

/**
 * The entries of one kind in one namespace. A listing by prefix passes all of them, until as much time has gone into
 * that as it takes to put their identifiers in order; from then on they are kept so, and a listing reads what it finds.
 */
export class EntryTable<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  #order: IdentifierOrder | undefined;
  #isOrdered = false;
  #passed = 0;

  get(identifier: string): Entry<Value> | undefined {
    return this.#entries.get(identifier);
  }

  /** A new entry without a deadline. */
  add(identifier: string, value: Value): Entry<Value> {
    const entry: Entry<Value> = { value, expiresAt: null, queuedUntil: 0, queueIndex: -1, identifier, shelf: this };
    this.#entries.set(identifier, entry);
    this.#order?.add(identifier);
    return entry;
  }

  delete(identifier: string): void {
    this.#entries.delete(identifier);
    this.#order?.delete(identifier);
  }

  /** Pages of the entries that are there now and stay, each once; those that come meanwhile may be among them. */
  async *pages(literalPrefix: string): AsyncGenerator<readonly Entry<Value>[], void, undefined> {
    if (this.#isOrdered && literalPrefix !== '') yield* this.#read(literalPrefix);
    else yield* this.#walk(literalPrefix);
  }

  async *#walk(literalPrefix: string): AsyncGenerator<readonly Entry<Value>[], void, undefined> {
    let page: Entry<Value>[] = [];
    let passed = 0;
    for (const [identifier, entry] of snapshot(this.#entries)) {
      if (identifier.startsWith(literalPrefix)) page.push(entry);
      passed += 1;
      if (page.length < PAGE && passed % PASSED_PER_TURN !== 0) continue;
      if (page.length > 0) yield page;
      page = [];
      await nextTick();
    }
    if (page.length > 0) yield page;
    if (literalPrefix !== '' && this.#entries.size > PAGE) this.#rememberWalk(passed);
  }

  async *#read(literalPrefix: string): AsyncGenerator<readonly Entry<Value>[], void, undefined> {
    let from = literalPrefix;
    for (;;) {
      const identifiers = this.#order?.page(literalPrefix, from, PAGE) ?? [];
      if (identifiers.length > 0) yield identifiers.flatMap((identifier) => this.#entries.get(identifier) ?? []);
      if (identifiers.length < PAGE) return;
      // The least that comes after the last.
      from = `${identifiers.at(-1)}\0`;
      await nextTick();
    }
  }

  #rememberWalk(passed: number): void {
    this.#passed += passed;
    if (this.#order !== undefined || this.#passed < this.#entries.size * WALKS_WORTH_ORDER) return;
    this.#order = new IdentifierOrder();
    void this.#putInOrder(this.#order);
  }

  /** What comes and goes meanwhile is in the order already, or no longer. */
  async #putInOrder(order: IdentifierOrder): Promise<void> {
    let taken = 0;
    for (const [identifier] of snapshot(this.#entries)) {
      order.add(identifier);
      taken += 1;
      if (taken % ORDERED_PER_TURN === 0) await nextTick();
    }
    this.#isOrdered = true;
  }
}

/**
 * The entries that are there now and stay, each once. A Map's own iterator also visits, at its end, what is added
 * meanwhile: a busy writer would keep it going for ever.
 */
function* snapshot<Value>(entries: ReadonlyMap<string, Value>): Generator<[string, Value], void, undefined> {
  let left = entries.size;
  for (const entry of entries) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}
