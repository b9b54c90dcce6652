import type {
  Awaitable,
  DriverContext,
  EntryKind,
  ExpectedState,
  Expiry,
  StateWrite,
  StorageDriver,
  StorageKey,
  WriteExpiry,
} from '../../contract/storage-driver.js';
import { corruptEntry } from '../../toolkit/corrupt-entry.js';
import { StorageUnavailableError } from '../../errors/backend-errors.js';
import { decodeText, hasReplacementCharacter } from '../../toolkit/utf8.js';
import type { ClearBatchRow, ClearingByBatches, ClearingByPages, Dialect, KeyRow, Verb } from './dialect/dialect.js';
import { identifierRange } from './dialect/identifier-range.js';
import { prepareSchema, type SchemaMode } from './dialect/verify-schema.js';
import type { SqlConnection, SqlSession } from './dialect/sql-session.js';

/** What a driver is made with. */
export interface TypeOrmDriverSettings {
  readonly connection: SqlConnection;
  readonly schema: SchemaMode;
}

const KINDS: readonly EntryKind[] = ['state', 'counter'];

/** States a statement asks for at most: its text stays below 1 MiB, however long the identifiers and full of quotes. */
const READ_BATCH = 1000;
/** Rows a page of a listing reads at most. */
const SCAN_PAGE = 1000;
/** Rows a batch of `clear` removes at most: other writers come between two. */
const CLEAR_BATCH = 500;

/** The verbs over a SQL database through TypeORM's query runner; every verb that changes something is one statement. */
export class TypeOrmDriver implements StorageDriver {
  readonly encoding = 'text';
  readonly #settings: TypeOrmDriverSettings;
  #session: SqlSession | undefined;

  constructor(settings: TypeOrmDriverSettings) {
    this.#settings = settings;
  }

  get backend(): string {
    return this.#settings.connection.backend;
  }

  async open(context: DriverContext): Promise<void> {
    const { connection, schema } = this.#settings;
    const session = await connection.open(context);
    await prepareSchema(session, connection.dialect, schema, connection.place);
    await connection.configure(session);
    this.#session = session;
  }

  async close(): Promise<void> {
    this.#session = undefined;
    await this.#settings.connection.close();
  }

  async ping(): Promise<void> {
    await this.#opened.read(this.#dialect.ping, null);
    await this.#settings.connection.check();
  }

  read(key: StorageKey): Promise<string | null> {
    return this.#readStored(key).then((stored) => this.#toText(stored, key));
  }

  async readMany(namespace: string, identifiers: readonly string[]): Promise<readonly (string | null)[]> {
    const texts: (string | null)[] = [];
    for (let start = 0; start < identifiers.length; start += READ_BATCH) {
      texts.push(...(await this.#readBatch(namespace, identifiers.slice(start, start + READ_BATCH))));
    }
    return texts;
  }

  write(key: StorageKey, { state, expiry }: StateWrite<string>): Promise<void> {
    return this.#opened.write(this.#dialect.write[expiry.onLive], { key, state, ...expiry });
  }

  remove(key: StorageKey): Promise<boolean> {
    return this.#opened.write(this.#dialect.remove[key.kind], { key });
  }

  compareAndSet(
    key: StorageKey,
    expected: ExpectedState<string> | null,
    next: StateWrite<string> | null,
  ): Promise<boolean> {
    if (expected !== null) return this.#swap(key, expected, next);
    if (next === null) return this.#readStored(key).then((stored) => stored === null);
    const row = { key, state: next.state, ...next.expiry };
    return this.#opened.write(this.#dialect.insertIfAbsent, row);
  }

  async increment(key: StorageKey, amount: number, expiry: WriteExpiry): Promise<number | 'overflow'> {
    const row = { key, amount, ...expiry };
    for (;;) {
      const total = await this.#opened.write(this.#dialect.increment[expiry.onLive], row);
      if (total !== null) return total;
      // Refused, and only a look can tell why. Where the reason has gone meanwhile, it is tried again.
      const current = await this.readCounter(key);
      if (current !== null && !Number.isSafeInteger(current + amount)) return 'overflow';
    }
  }

  async readCounter(key: StorageKey): Promise<number | null> {
    const stored = await this.#opened.read(this.#dialect.read.counter, { key });
    if (stored === null) return null;
    return typeof stored === 'number' && Number.isSafeInteger(stored) ? stored : refuseStored(key, 'a safe integer');
  }

  readTtl(key: StorageKey): Promise<number | null | undefined> {
    return this.#opened.read(this.#dialect.readTtl, { key });
  }

  writeTtl(key: StorageKey, expiry: Expiry): Promise<boolean> {
    return this.#opened.write(this.#dialect.writeTtl, { key, ...expiry });
  }

  /** Pages by the primary key, so that no page costs more than another and nothing is held between two. */
  async *scan(namespace: string, literalPrefix: string): AsyncGenerator<readonly string[], void, undefined> {
    let range = identifierRange(literalPrefix);
    for (;;) {
      const page = await this.#opened.read(this.#dialect.scanPage, { namespace, range, limit: SCAN_PAGE });
      if (page.identifiers.length > 0) yield page.identifiers;
      if (page.last === null) return;
      range = { ...range, start: page.last, startIsSeen: true };
    }
  }

  async *clear(namespace: string): AsyncGenerator<number, void, undefined> {
    const { clearing } = this.#dialect;
    for (const kind of KINDS) {
      const row = { namespace, kind, limit: CLEAR_BATCH };
      yield* clearing.by === 'pages' ? this.#clearPages(clearing, row) : this.#clearBatches(clearing, row);
    }
  }

  async sweep(limit: number): Promise<number> {
    let swept = 0;
    for (const kind of KINDS) {
      const rest = limit - swept;
      if (rest > 0) swept += await this.#opened.write(this.#dialect.sweepBatch, { kind, limit: rest });
    }
    return swept;
  }

  async *#clearBatches({ batch }: ClearingByBatches, row: ClearBatchRow): AsyncGenerator<number, void, undefined> {
    for (let found = row.limit; found >= row.limit;) {
      const cleared = await this.#opened.write(batch, row);
      found = cleared.found;
      yield cleared.live;
    }
  }

  async *#clearPages(clearing: ClearingByPages, row: ClearBatchRow): AsyncGenerator<number, void, undefined> {
    for (let start: string | null = ''; start !== null;) {
      const end: string | null = await this.#opened.read(clearing.nextPage, { ...row, start });
      const page = { ...row, start, end };
      yield await this.#opened.write(clearing.removeLive, page);
      await this.#opened.write(clearing.removeExpired, page);
      start = end;
    }
  }

  async #readBatch(namespace: string, identifiers: readonly string[]): Promise<readonly (string | null)[]> {
    const stored = await this.#opened.read(this.#dialect.readMany, { namespace, identifiers });
    const texts = identifiers.map(async (identifier, index) => {
      return this.#toText(stored[index], { namespace, kind: 'state', identifier });
    });
    return Promise.all(texts);
  }

  get #opened(): SqlSession {
    if (this.#session !== undefined) return this.#session;
    const message = `${this.#settings.connection.place}: the driver is not open.`;
    throw new StorageUnavailableError(message, { outcome: 'not-applied' });
  }

  get #dialect(): Dialect {
    return this.#settings.connection.dialect;
  }

  #readStored(key: StorageKey): Promise<unknown> {
    return this.#opened.read(this.#dialect.read.state, { key });
  }

  /** What is a text but no state is told by the storage, which decodes it. */
  #toText(stored: unknown, key: StorageKey): Awaitable<string | null> {
    if (typeof stored !== 'string') return stored === null ? null : refuseStored(key, 'a text');
    const { readBytes } = this.#dialect;
    return readBytes !== undefined && hasReplacementCharacter(stored) ? this.#textOfBytes(key, readBytes) : stored;
  }

  /** A text may hold what stands for broken bytes by right; this one statement more is for such texts only. */
  async #textOfBytes(key: StorageKey, readBytes: Verb<KeyRow, Uint8Array | null>): Promise<string | null> {
    const bytes = await this.#opened.read(readBytes, { key });
    return bytes === null ? null : (decodeText(bytes) ?? refuseStored(key, 'UTF-8'));
  }

  /** Compares texts; one that another program spelled otherwise is looked at, and then compared as it is spelled. */
  async #swap(key: StorageKey, expected: ExpectedState<string>, next: StateWrite<string> | null): Promise<boolean> {
    let text = expected.encoded;
    for (;;) {
      if (await this.#swapText(key, text, next)) return true;
      const stored = await this.#readStored(key);
      // The text that was just tried has come back: something else was there when it mattered.
      if (typeof stored !== 'string' || stored === text || !expected.matches(stored)) return false;
      text = stored;
    }
  }

  #swapText(key: StorageKey, expected: string, next: StateWrite<string> | null): Promise<boolean> {
    if (next === null) return this.#opened.write(this.#dialect.removeIfEqual, { key, expected });
    const { state, expiry } = next;
    const row = { key, expected, state, ...expiry };
    return this.#opened.write(this.#dialect.replaceIfEqual[expiry.onLive], row);
  }
}

function refuseStored(key: StorageKey, expected: string): never {
  throw corruptEntry(key, expected);
}
