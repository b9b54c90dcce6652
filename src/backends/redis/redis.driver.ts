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
import { isTickBudgetSpent, nextTick } from '../../toolkit/event-loop.js';
import { CommandBatcher } from './commands/command-batcher.js';
import { type ComparedResult, entryCommands, type RedisDeadline } from './commands/entry-commands.js';
import { scanKeys, unlinkKeys } from './commands/keyspace.js';
import type { RedisSource } from './connection/redis-client.js';
import { RedisConnection } from './connection/redis-connection.js';
import type { ResolvedDurability } from './connection/replica-confirmation.js';
import { ping } from './connection/server-check.js';
import { type RedisPrefix, withoutLegacyCounters } from './kurigram-layout.js';
import { escapeGlob, isStoredIdentifier, RedisKeys } from './redis-key.js';

/** The options of a driver; `RedisStorage` resolves its own to these. */
export interface RedisDriverOptions {
  readonly source: RedisSource;
  /** Milliseconds that a command may take; from 1. */
  readonly commandTimeout: number;
  /** Replaces a namespace in keys. undefined: keys contain the namespace. */
  readonly prefix?: RedisPrefix | undefined;
  /** undefined: a write is done when the master has it. */
  readonly durability?: ResolvedDurability | undefined;
  /**
   * The namespace that `ping` checks for rights; the driver stores entries of any namespace.
   * @defaultValue fsm
   */
  readonly namespace?: string | undefined;
}

/** No entry has this identifier (rule ID-1). */
const NO_IDENTIFIER = '\0';

/** How many keys one command removes, or how many states are read at once. */
const BATCH_SIZE = 500;
/** How many different texts of the expected state a compare-and-set tries while other programs write it. */
const MAX_TEXTS_TRIED = 10;

/**
 * Stores entries in Redis 6.0 or later, in the layout of rule FMT-2. The server's clock decides when entries expire. Every
 * verb rejects with a `StorageUnavailableError` or `StorageTimeoutError` if the server fails.
 */
export class RedisDriver implements StorageDriver {
  readonly backend = 'redis';
  readonly encoding = 'text';
  readonly #connection: RedisConnection;
  readonly #batcher: CommandBatcher;
  readonly #keys: RedisKeys;
  readonly #hasPrefix: boolean;
  readonly #probe: string;

  constructor({ source, commandTimeout, prefix, durability, namespace = 'fsm' }: RedisDriverOptions) {
    this.#keys = new RedisKeys(prefix);
    this.#hasPrefix = prefix !== undefined;
    this.#probe = this.#keys.of({ namespace, kind: 'state', identifier: NO_IDENTIFIER });
    this.#connection = new RedisConnection(source, commandTimeout, durability);
    this.#batcher = new CommandBatcher(this.#connection, this.#keys);
  }

  open(context: DriverContext): Promise<void> {
    return this.#connection.open((error) => context.reportBackgroundError(error));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  ping(): Promise<void> {
    return ping(this.#connection, this.#probe);
  }

  read(key: StorageKey): Promise<string | null> {
    return this.#batcher.run(entryCommands.read, key);
  }

  async readMany(namespace: string, identifiers: readonly string[]): Promise<(string | null)[]> {
    const states: (string | null)[] = [];
    for (const batch of inBatches(identifiers)) {
      const keys = batch.map((identifier): StorageKey => ({ namespace, kind: 'state', identifier }));
      states.push(...(await this.#batcher.runAll(entryCommands.read, keys)));
    }
    // The lists of many callers arrive at once, and each caller then decodes its list.
    while (isTickBudgetSpent()) await nextTick();
    return states;
  }

  write(key: StorageKey, { state: text, expiry }: StateWrite<string>): Promise<void> {
    const { ttlMs, onLive } = expiry;
    return onLive === 'keep' && ttlMs !== null
      ? this.#batcher.run(entryCommands.writeKeepingDeadline, key, { text, deadline: ttlMs })
      : this.#batcher.run(entryCommands.write, key, { text, deadline: toWriteDeadline(expiry) });
  }

  remove(key: StorageKey): Promise<boolean> {
    return this.#batcher.run(entryCommands.remove, key);
  }

  async compareAndSet(
    key: StorageKey,
    expected: ExpectedState<string> | null,
    next: StateWrite<string> | null,
  ): Promise<boolean> {
    if (expected === null) return this.#setIfAbsent(key, next);
    let text = expected.encoded;
    // Another program may have written the expected state as another text. Redis compares texts, so compare with that text.
    for (let tried = 0; tried < MAX_TEXTS_TRIED; tried += 1) {
      const result = await this.#replace(key, text, next);
      if (typeof result === 'boolean') return result;
      // The text that Redis found unequal looks equal here: its bytes are not UTF-8, so the state is damaged.
      if (result.found === text || !expected.matches(result.found)) return false;
      text = result.found;
    }
    return false; // Another program keeps writing this state: the race is lost.
  }

  increment(key: StorageKey, amount: number, expiry: WriteExpiry): Promise<number | 'overflow'> {
    const { ttlMs, onLive } = expiry;
    return onLive === 'keep' && ttlMs !== null
      ? this.#batcher.run(entryCommands.incrementKeepingDeadline, key, { amount, deadline: ttlMs })
      : this.#batcher.run(entryCommands.increment, key, { amount, deadline: toWriteDeadline(expiry) });
  }

  readCounter(key: StorageKey): Promise<number | null> {
    return this.#batcher.run(entryCommands.readTotal, key);
  }

  readTtl(key: StorageKey): Promise<number | null | undefined> {
    return this.#batcher.run(entryCommands.readTtl, key);
  }

  writeTtl(key: StorageKey, { ttlMs }: Expiry): Promise<boolean> {
    return this.#batcher.run(entryCommands.expire, key, { deadline: ttlMs ?? 'never' });
  }

  async *scan(namespace: string, literalPrefix: string, kind: EntryKind): AsyncGenerator<string[], void, undefined> {
    const request = {
      start: this.#keys.of({ namespace, kind, identifier: '' }),
      rest: `${escapeGlob(literalPrefix)}*`,
      type: 'string',
    } as const;
    const readStates = (identifiers: readonly string[]): Promise<(string | null)[]> =>
      this.readMany(namespace, identifiers);
    for await (const page of scanKeys(this.#connection, request)) {
      const identifiers = page.filter(isStoredIdentifier);
      yield this.#hasPrefix && kind === 'state' ? await withoutLegacyCounters(identifiers, readStates) : identifiers;
    }
  }

  async *clear(namespace: string): AsyncGenerator<number, void, undefined> {
    const start = this.#keys.startOf(namespace);
    for await (const page of scanKeys(this.#connection, { start, rest: '[:#]*' })) {
      const keys = page.filter((rest) => isStoredIdentifier(rest.slice(1))).map((rest) => start + rest);
      for (const batch of inBatches(keys)) yield await unlinkKeys(this.#connection, batch);
    }
  }

  /** Does nothing: the server removes expired entries. */
  sweep(): number {
    return 0;
  }

  async #setIfAbsent(key: StorageKey, next: StateWrite<string> | null): Promise<boolean> {
    if (next === null) return !(await this.#batcher.run(entryCommands.exists, key));
    const { state: text, expiry } = next;
    return this.#batcher.run(entryCommands.setIfAbsent, key, { text, deadline: expiry.ttlMs ?? 'never' });
  }

  #replace(key: StorageKey, expected: string, next: StateWrite<string> | null): Promise<ComparedResult> {
    if (next === null) return this.#batcher.run(entryCommands.compareAndDelete, key, { expected });
    const { state: replacement, expiry } = next;
    // The state is live if it is replaced, so `keep` needs no deadline for a new state.
    const deadline = expiry.onLive === 'keep' ? 'keep' : (expiry.ttlMs ?? 'never');
    return this.#batcher.run(entryCommands.compareAndSet, key, { expected, replacement, deadline });
  }
}

/** The deadline of a write, unless a live entry keeps its deadline and only a new one gets `ttlMs`. */
function toWriteDeadline({ onLive, ttlMs }: WriteExpiry): RedisDeadline {
  return onLive === 'keep' && ttlMs === null ? 'keep' : (ttlMs ?? 'never');
}

function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH_SIZE) yield items.slice(start, start + BATCH_SIZE);
}
