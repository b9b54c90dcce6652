import type {
  DriverContext,
  ExpectedState,
  Expiry,
  StateWrite,
  StorageDriver,
  StorageKey,
  WriteExpiry,
} from '../../contract/storage-driver.js';
import { isTickBudgetSpent, nextTick } from '../../toolkit/event-loop.js';
import type { EntryRequest } from './commands/entry-command.js';
import { ping } from './commands/ping.js';
import type { RedisSource } from './connection/redis-client.js';
import { RedisConnection } from './connection/redis-connection.js';
import { escapeGlob, isStoredIdentifier, RedisKeys, type RedisPrefix } from './redis-key.js';
import type { ResolvedDurability } from './connection/replica-confirmation.js';
import { scanKeys } from './commands/scan-keys.js';
import { CommandBatcher } from './commands/command-batcher.js';
import { unlinkKeys } from './commands/unlink-keys.js';
import { isWholeNumber, type Swap, verbs } from './commands/entry-commands.js';

/** What a driver needs to know; `RedisStorage` makes it from its options. */
export interface RedisDriverOptions {
  readonly source: RedisSource;
  /** Milliseconds a command may take; from 1. */
  readonly commandTimeout: number;
  /** Stands in the place of a namespace; undefined: namespaces stand for themselves. */
  readonly prefix?: RedisPrefix | undefined;
  /** Left out: a write is done when the master has it. */
  readonly durability?: ResolvedDurability | undefined;
}

/** How many keys are removed by one command, or states asked for at once. */
const BATCH = 500;
/** How often a compare-and-set tries the text that another program gave the same state. */
const SPELLINGS = 10;

/** Keeps entries in Redis (6.0 or later), laid out as rule FMT-2 says; the server's clock decides what has expired. */
export class RedisDriver implements StorageDriver {
  readonly backend = 'redis';
  readonly encoding = 'text';
  readonly #connection: RedisConnection;
  readonly #turn: CommandBatcher;
  readonly #keys: RedisKeys;

  constructor({ source, commandTimeout, prefix, durability }: RedisDriverOptions) {
    this.#connection = new RedisConnection(source, commandTimeout, durability);
    this.#turn = new CommandBatcher(this.#connection);
    this.#keys = new RedisKeys(prefix);
  }

  open(context: DriverContext): Promise<void> {
    return this.#connection.open((error) => context.reportBackgroundError(error));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  ping(): Promise<void> {
    return ping(this.#connection);
  }

  read(key: StorageKey): Promise<string | null> {
    return this.#turn.ask(verbs.read, this.#request(key));
  }

  async readMany(namespace: string, identifiers: readonly string[]): Promise<(string | null)[]> {
    const states: (string | null)[] = [];
    for (const batch of inBatches(identifiers)) {
      const requests = batch.map((identifier) => this.#request({ namespace, kind: 'state', identifier }));
      states.push(...(await this.#turn.askAll(verbs.read, requests)));
    }
    // The answers of many callers come at once, and each has a list to decode.
    while (isTickBudgetSpent()) await nextTick();
    return states;
  }

  write(key: StorageKey, { state, expiry }: StateWrite<string>): Promise<void> {
    const verb = isForNewOnly(expiry) ? verbs.writeKeepingDeadline : verbs.write;
    return this.#turn.ask(verb, this.#request(key, deadlineOf(expiry), state));
  }

  remove(key: StorageKey): Promise<boolean> {
    return this.#turn.ask(verbs.remove, this.#request(key));
  }

  async compareAndSet(
    key: StorageKey,
    expected: ExpectedState<string> | null,
    next: StateWrite<string> | null,
  ): Promise<boolean> {
    if (expected === null) return this.#setIfAbsent(key, next);
    let text = expected.encoded;
    for (let spelling = 0; spelling < SPELLINGS; spelling += 1) {
      const swap = await this.#swap(key, text, next);
      if (typeof swap === 'boolean') return swap;
      // The same text again: its bytes are no UTF-8, so it is damaged.
      if (swap.found === text || !expected.matches(swap.found)) return false;
      text = swap.found;
    }
    return false; // Someone else keeps writing: the race is lost.
  }

  increment(key: StorageKey, amount: number, expiry: WriteExpiry): Promise<number | 'overflow'> {
    const verb = isForNewOnly(expiry) ? verbs.incrementKeepingDeadline : verbs.increment;
    return this.#turn.ask(verb, this.#request(key, deadlineOf(expiry), `${amount}`));
  }

  readCounter(key: StorageKey): Promise<number | null> {
    return this.#turn.ask(verbs.readTotal, this.#request(key));
  }

  readTtl(key: StorageKey): Promise<number | null | undefined> {
    return this.#turn.ask(verbs.readTtl, this.#request(key));
  }

  writeTtl(key: StorageKey, { ttlMs }: Expiry): Promise<boolean> {
    return this.#turn.ask(verbs.expire, this.#request(key, toDeadline(ttlMs)));
  }

  async *scan(namespace: string, literalPrefix: string): AsyncGenerator<string[], void, undefined> {
    const start = this.#keys.statesOf(namespace);
    const rest = `${escapeGlob(literalPrefix)}*`;
    for await (const page of scanKeys(this.#connection, { start, rest, type: 'string' })) {
      yield await this.#withoutLegacyCounters(namespace, page.filter(isStoredIdentifier));
    }
  }

  async *clear(namespace: string): AsyncGenerator<number, void, undefined> {
    const start = this.#keys.entriesOf(namespace);
    for await (const page of scanKeys(this.#connection, { start, rest: '[:#]*' })) {
      const names = page.filter((rest) => isStoredIdentifier(rest.slice(1))).map((rest) => start + rest);
      for (const batch of inBatches(names)) yield await this.#connection.write((session) => unlinkKeys(session, batch));
    }
  }

  /** The server does it. */
  sweep(): number {
    return 0;
  }

  #setIfAbsent(key: StorageKey, next: StateWrite<string> | null): Promise<boolean> {
    if (next === null) return this.#turn.ask(verbs.exists, this.#request(key)).then((isThere) => !isThere);
    return this.#turn.ask(verbs.setIfAbsent, this.#request(key, toDeadline(next.expiry.ttlMs), next.state));
  }

  #swap(key: StorageKey, expected: string, next: StateWrite<string> | null): Promise<Swap> {
    if (next === null) return this.#turn.ask(verbs.compareAndDelete, this.#request(key, '', expected));
    const { state, expiry } = next;
    // There is a live state, and it keeps the deadline it has.
    const deadline = expiry.onLive === 'keep' ? 'keep' : toDeadline(expiry.ttlMs);
    return this.#turn.ask(verbs.compareAndSet, this.#request(key, deadline, expected, state));
  }

  #request(key: StorageKey, deadline = '', first = '', second = ''): EntryRequest {
    return { key, name: this.#keys.of(key), deadline, first, second };
  }

  /** kurigram-addons keeps counters among the states; a bare number is no state, so these are told by their values. */
  async #withoutLegacyCounters(namespace: string, identifiers: string[]): Promise<string[]> {
    const suspects = identifiers.filter((identifier) => this.#keys.mayBeLegacyCounter(identifier));
    if (suspects.length === 0) return identifiers;
    const values = await this.readMany(namespace, suspects);
    const counters = new Set(suspects.filter((_, index) => isWholeNumber(values[index] ?? '')));
    return identifiers.filter((identifier) => !counters.has(identifier));
  }
}

/** A live entry keeps the deadline it has, and the one given is for a new entry. */
function isForNewOnly({ onLive, ttlMs }: WriteExpiry): boolean {
  return onLive === 'keep' && ttlMs !== null;
}

/** What a verb is told about a deadline; a new entry that is to keep what it has not gets none, as asked. */
function deadlineOf({ onLive, ttlMs }: WriteExpiry): string {
  return onLive === 'keep' && ttlMs === null ? 'keep' : toDeadline(ttlMs);
}

function toDeadline(ttlMs: number | null): string {
  return ttlMs === null ? 'never' : `${ttlMs}`;
}

function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
