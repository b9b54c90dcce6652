import type {
  DriverContext,
  ExpectedState,
  Expiry,
  StateWrite,
  StorageDriver,
  StorageKey,
  WriteExpiry,
} from '../../contract/storage-driver.js';
import { corruptCounter, wrongType } from './corrupt-entry.js';
import { isCluster, type RedisClient, type RedisSource } from './redis-client.js';
import { RedisConnection } from './redis-connection.js';
import { isReplyError } from './redis-errors.js';
import { escapeGlob, isStoredIdentifier, RedisKeys, type RedisPrefix } from './redis-key.js';
import { scanKeys } from './redis-scan.js';
import { COMPARE_AND_DELETE } from './scripts/compare-and-delete.lua.js';
import { COMPARE_AND_SET } from './scripts/compare-and-set.lua.js';
import { INCREMENT } from './scripts/increment.lua.js';
import { PERSIST } from './scripts/persist.lua.js';
import { REMOVE } from './scripts/remove.lua.js';
import { SET_IF_ABSENT } from './scripts/set-if-absent.lua.js';
import { WRITE_KEEPING_DEADLINE } from './scripts/write-keeping-deadline.lua.js';

/** What a driver needs to know; `RedisStorage` makes it from its options. */
export interface RedisDriverOptions {
  readonly source: RedisSource;
  /** Milliseconds a command may take; from 1. */
  readonly commandTimeout: number;
  /** Stands in the place of a namespace; undefined: namespaces stand for themselves. */
  readonly prefix?: RedisPrefix | undefined;
}

/** How many keys are removed, or states read, by one command or burst of commands. */
const BATCH = 500;
/** How often a compare-and-set tries the text that another program gave the same state. */
const SPELLINGS = 10;
const WHOLE_NUMBER = /^(0|-?[1-9]\d*)$/;

/** Keeps entries in Redis (6.0 or later), laid out as rule FMT-2 says; the server's clock decides what has expired. */
export class RedisDriver implements StorageDriver {
  readonly backend = 'redis';
  readonly encoding = 'text';
  readonly #connection: RedisConnection;
  readonly #keys: RedisKeys;

  constructor({ source, commandTimeout, prefix }: RedisDriverOptions) {
    this.#connection = new RedisConnection(source, commandTimeout);
    this.#keys = new RedisKeys(prefix);
  }

  open(context: DriverContext): Promise<void> {
    return this.#connection.open((error) => context.reportBackgroundError(error));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async ping(): Promise<void> {
    await this.#connection.read((client) => client.ping());
  }

  read(key: StorageKey): Promise<string | null> {
    return this.#connection.read((client) => this.#get(client, key));
  }

  /** One GET each, sent together: MGET answers null for a value of another type, and spans no cluster. */
  async readMany(namespace: string, identifiers: readonly string[]): Promise<(string | null)[]> {
    const states: (string | null)[] = [];
    for (const batch of inBatches(identifiers)) {
      const keys = batch.map((identifier): StorageKey => ({ namespace, kind: 'state', identifier }));
      const read = (client: RedisClient) => Promise.all(keys.map((key) => this.#get(client, key)));
      states.push(...(await this.#connection.read(read)));
    }
    return states;
  }

  async write(key: StorageKey, { state, expiry }: StateWrite<string>): Promise<void> {
    const name = this.#keys.of(key);
    if (expiry.onLive === 'keep' && expiry.ttlMs !== null) {
      await this.#connection.run(WRITE_KEEPING_DEADLINE, name, state, `${expiry.ttlMs}`);
      return;
    }
    // KEEPTTL on a new key gives it none, as asked.
    const deadline = expiry.onLive === 'keep' ? ['KEEPTTL'] : deadlineOf(expiry);
    await this.#connection.write((client) => client.call('set', name, state, ...deadline));
  }

  async remove(key: StorageKey): Promise<boolean> {
    return Number(await this.#connection.run(REMOVE, this.#keys.of(key))) === 1;
  }

  async compareAndSet(
    key: StorageKey,
    expected: ExpectedState<string> | null,
    next: StateWrite<string> | null,
  ): Promise<boolean> {
    const name = this.#keys.of(key);
    if (expected === null) return this.#setIfAbsent(name, next);
    let text = expected.encoded;
    for (let spelling = 0; spelling < SPELLINGS; spelling += 1) {
      const reply = await this.#swap(name, text, next);
      if (!Array.isArray(reply)) return Number(reply) === 1;
      const found = String(reply[0]);
      // The same text again: its bytes are no UTF-8, so it is damaged.
      if (found === text || !expected.matches(found)) return false;
      text = found;
    }
    return false; // Someone else keeps writing: the race is lost.
  }

  async increment(key: StorageKey, amount: number, expiry: WriteExpiry): Promise<number | 'overflow'> {
    const ttlMs = expiry.ttlMs === null ? '' : `${expiry.ttlMs}`;
    const reply = await this.#connection.run(INCREMENT, this.#keys.of(key), `${amount}`, ttlMs, expiry.onLive);
    const total = String(reply);
    if (total === 'corrupt') throw corruptCounter(key);
    return total === 'overflow' ? 'overflow' : Number(total);
  }

  async readCounter(key: StorageKey): Promise<number | null> {
    const text = await this.#connection.read((client) => this.#get(client, key));
    if (text === null) return null;
    const total = Number(text);
    if (!WHOLE_NUMBER.test(text) || !Number.isSafeInteger(total)) throw corruptCounter(key);
    return total;
  }

  async readTtl(key: StorageKey): Promise<number | null | undefined> {
    const ttlMs = Number(await this.#connection.read((client) => client.pttl(this.#keys.of(key))));
    if (ttlMs === -2) return undefined;
    return ttlMs === -1 ? null : ttlMs;
  }

  async writeTtl(key: StorageKey, { ttlMs }: Expiry): Promise<boolean> {
    const name = this.#keys.of(key);
    const found =
      ttlMs === null
        ? await this.#connection.run(PERSIST, name)
        : await this.#connection.write((client) => client.pexpire(name, ttlMs));
    return Number(found) === 1;
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
      for (const batch of inBatches(names)) yield await this.#connection.write((client) => unlink(client, batch));
    }
  }

  /** The server does it. */
  sweep(): number {
    return 0;
  }

  async #get(client: RedisClient, key: StorageKey): Promise<string | null> {
    try {
      return await client.get(this.#keys.of(key));
    } catch (error) {
      throw isReplyError(error, 'WRONGTYPE') ? wrongType(key) : error;
    }
  }

  async #setIfAbsent(name: string, next: StateWrite<string> | null): Promise<boolean> {
    if (next === null) return (await this.#connection.read((client) => client.exists(name))) === 0;
    const written = await this.#connection.run(SET_IF_ABSENT, name, next.state, ...deadlineOf(next.expiry));
    return Number(written) === 1;
  }

  #swap(name: string, expected: string, next: StateWrite<string> | null): Promise<unknown> {
    if (next === null) return this.#connection.run(COMPARE_AND_DELETE, name, expected);
    const deadline = next.expiry.onLive === 'keep' ? ['KEEPTTL'] : deadlineOf(next.expiry);
    return this.#connection.run(COMPARE_AND_SET, name, expected, next.state, ...deadline);
  }

  /** kurigram-addons keeps counters among the states; a bare number is no state, so these are told by their values. */
  async #withoutLegacyCounters(namespace: string, identifiers: string[]): Promise<string[]> {
    const suspects = identifiers.filter((identifier) => this.#keys.mayBeLegacyCounter(identifier));
    if (suspects.length === 0) return identifiers;
    const values = await this.readMany(namespace, suspects);
    const counters = new Set(suspects.filter((_, index) => WHOLE_NUMBER.test(values[index] ?? '')));
    return identifiers.filter((identifier) => !counters.has(identifier));
  }
}

/** What SET is told about a deadline. */
function deadlineOf({ ttlMs }: Expiry): string[] {
  return ttlMs === null ? [] : ['PX', `${ttlMs}`];
}

/** In a cluster the keys of one command must share a slot, so there each goes by itself. */
async function unlink(client: RedisClient, names: readonly string[]): Promise<number> {
  if (!isCluster(client)) return Number(await client.unlink(...names));
  const removed = await Promise.all(names.map((name) => client.unlink(name)));
  return removed.reduce((sum, count) => sum + Number(count), 0);
}

function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
