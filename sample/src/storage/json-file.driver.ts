import {
  CorruptStateError,
  type DriverContext,
  type EntryKind,
  type ExpectedState,
  type Expiry,
  type StateWrite,
  type StorageDriver,
  type StorageKey,
  type WriteExpiry,
} from 'nestjs-fsm-storage';
import { DAMAGED, type Entry } from './json-entry.js';
import { JsonFolder } from './json-folder.js';

/** The folder of the files. */
export interface JsonFileDriverOptions {
  /** Created when the storage starts; relative to the working directory. */
  readonly folder: string;
}

const KINDS: readonly EntryKind[] = ['state', 'counter'];

/**
 * A complete custom backend: one JSON file per key. It is for one process at a time (a second one is rejected at its
 * start) and for thousands of keys rather than millions: a listing and a sweep read every file.
 *
 * It implements no rule of the contract. Identifiers, states, ttl and patterns arrive checked; the driver only reads,
 * writes, orders writers and lists.
 *
 * @example
 * ```ts
 * import { FsmStorage } from 'nestjs-fsm-storage';
 *
 * const storage = new FsmStorage(new JsonFileDriver({ folder: 'data' }));
 * await storage.start();
 * ```
 */
export class JsonFileDriver implements StorageDriver {
  readonly backend = 'json-file';
  readonly encoding = 'text';
  readonly #folder: JsonFolder;
  #now: () => number = Date.now;

  constructor(options: JsonFileDriverOptions) {
    this.#folder = new JsonFolder(options.folder);
  }

  async open({ clock }: DriverContext): Promise<void> {
    this.#now = () => clock.now();
    await this.#folder.open();
  }

  async close(): Promise<void> {
    await this.#folder.close();
  }

  async ping(): Promise<void> {
    await this.#folder.probe();
  }

  async read(key: StorageKey): Promise<string | null> {
    const entry = await this.#live(this.#folder.fileOf(key));
    return entry === undefined ? null : textOf(entry);
  }

  async readMany(namespace: string, identifiers: readonly string[]): Promise<readonly (string | null)[]> {
    return Promise.all(identifiers.map((identifier) => this.read({ namespace, kind: 'state', identifier })));
  }

  async write(key: StorageKey, write: StateWrite<string>): Promise<void> {
    await this.#change(key, (file, entry) => this.#writeState(file, key, entry, write));
  }

  async remove(key: StorageKey): Promise<boolean> {
    return this.#change(key, async (file, entry) => {
      await this.#folder.remove(file);
      return entry !== undefined;
    });
  }

  async compareAndSet(
    key: StorageKey,
    expected: ExpectedState<string> | null,
    next: StateWrite<string> | null,
  ): Promise<boolean> {
    return this.#change(key, async (file, entry) => {
      const isExpected = entry === undefined ? expected === null : expected?.matches(textOf(entry)) === true;
      if (!isExpected) return false;
      if (next === null) await this.#folder.remove(file);
      else await this.#writeState(file, key, entry, next);
      return true;
    });
  }

  async increment(key: StorageKey, amount: number, expiry: WriteExpiry): Promise<number | 'overflow'> {
    return this.#change(key, async (file, entry) => {
      const total = (entry === undefined ? 0 : totalOf(entry, key)) + amount;
      if (!Number.isSafeInteger(total)) return 'overflow';
      await this.#folder.write(file, {
        identifier: key.identifier,
        expiresAt: deadlineOf(entry, expiry),
        value: String(total),
      });
      return total;
    });
  }

  async readCounter(key: StorageKey): Promise<number | null> {
    const entry = await this.#live(this.#folder.fileOf(key));
    return entry === undefined ? null : totalOf(entry, key);
  }

  async readTtl(key: StorageKey): Promise<number | null | undefined> {
    const entry = await this.#live(this.#folder.fileOf(key));
    if (entry === undefined) return undefined;
    return entry === DAMAGED || entry.expiresAt === null ? null : entry.expiresAt - this.#now();
  }

  async writeTtl(key: StorageKey, expiry: Expiry): Promise<boolean> {
    return this.#change(key, async (file, entry) => {
      if (entry === undefined) return false;
      if (entry === DAMAGED) return refuseDamaged(key);
      await this.#folder.write(file, { ...entry, expiresAt: expiry.expiresAt });
      return true;
    });
  }

  /** Yields the whole namespace: a file's name is a hash, so it does not show how the identifier begins. */
  async *scan(namespace: string, _literalPrefix: string, kind: EntryKind): AsyncGenerator<readonly string[]> {
    for await (const files of this.#folder.files(namespace, kind)) {
      const entries = await Promise.all(files.map((file) => this.#live(file)));
      yield entries.flatMap((entry) => (entry === undefined || entry === DAMAGED ? [] : [entry.identifier]));
    }
  }

  async *clear(namespace: string): AsyncGenerator<number> {
    for (const kind of KINDS) {
      for await (const files of this.#folder.files(namespace, kind)) {
        const removed = await Promise.all(files.map((file) => this.#removeLive(file)));
        yield removed.filter(Boolean).length;
      }
    }
  }

  async sweep(limit: number): Promise<number> {
    let swept = 0;
    for await (const files of this.#folder.allFiles()) {
      for (const file of files) {
        if (swept >= limit) return swept;
        if (await this.#removeExpired(file)) swept += 1;
      }
    }
    return swept;
  }

  /** Runs a change of one key with its live entry while no other change of that key runs. */
  #change<T>(key: StorageKey, change: (file: string, entry: LiveEntry | undefined) => Promise<T>): Promise<T> {
    const file = this.#folder.fileOf(key);
    return this.#folder.exclusively(file, async () => change(file, await this.#live(file)));
  }

  async #writeState(
    file: string,
    { identifier }: StorageKey,
    current: LiveEntry | undefined,
    { state, expiry }: StateWrite<string>,
  ): Promise<void> {
    await this.#folder.write(file, { identifier, expiresAt: deadlineOf(current, expiry), value: state });
  }

  #removeLive(file: string): Promise<boolean> {
    return this.#folder.exclusively(file, async () => {
      const entry = await this.#live(file);
      await this.#folder.remove(file);
      return entry !== undefined;
    });
  }

  async #removeExpired(file: string): Promise<boolean> {
    if ((await this.#live(file)) !== undefined) return false;
    return this.#folder.exclusively(file, async () => {
      // Check again while no write can run: it may have been overwritten.
      if ((await this.#live(file)) !== undefined) return false;
      await this.#folder.remove(file);
      return true;
    });
  }

  /** The entry of a file, or undefined if there is none or its deadline has passed. */
  async #live(file: string): Promise<LiveEntry | undefined> {
    const entry = await this.#folder.read(file);
    if (entry === undefined || entry === DAMAGED) return entry;
    return entry.expiresAt === null || entry.expiresAt > this.#now() ? entry : undefined;
  }
}

type LiveEntry = Entry | typeof DAMAGED;

/** Returned for a damaged file: text that is not a state, so that the storage reports it as damaged. */
function textOf(entry: LiveEntry): string {
  return entry === DAMAGED ? '' : entry.value;
}

function totalOf(entry: LiveEntry, key: StorageKey): number {
  const total = entry === DAMAGED ? undefined : Number(entry.value);
  return total === undefined || !Number.isSafeInteger(total) ? refuseDamaged(key) : total;
}

function deadlineOf(current: LiveEntry | undefined, { onLive, expiresAt }: WriteExpiry): number | null {
  const keeps = onLive === 'keep' && current !== undefined && current !== DAMAGED;
  return keeps ? current.expiresAt : expiresAt;
}

function refuseDamaged(key: StorageKey): never {
  throw new CorruptStateError(
    `The file of the ${key.kind} ${JSON.stringify(key.identifier)} in namespace "${key.namespace}" is damaged. ` +
      'Write or delete the entry to repair it.',
  );
}
