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
import { StorageUnavailableError } from '../../errors/backend-errors.js';
import { corruptEntry } from '../../errors/outcome-errors.js';
import { decodeText, hasReplacementCharacter } from '../../toolkit/decoding.js';
import type {
  ClearBatchRow,
  ClearingByBatches,
  ClearingByPages,
  Dialect,
  KeyRow,
  SqlCommand,
  SqlConnection,
  SqlSession,
} from './dialect/dialect.js';
import { identifierRange } from './dialect/standard-statements.js';
import { prepareSchema, type SchemaMode } from './dialect/verify-schema.js';

/** What a driver needs. */
interface TypeOrmDriverSettings {
  readonly connection: SqlConnection;
  readonly schema: SchemaMode;
}

const KINDS: readonly EntryKind[] = ['state', 'counter'];

/** States per statement of `readMany`: its text stays below 1 MiB, however long the identifiers and full of quotes. */
const READ_BATCH = 1000;
/** Rows per page of a listing. */
const SCAN_PAGE = 1000;
/** Rows per batch of `clear`: other writers can run between two batches. */
const CLEAR_BATCH = 500;
/** How often an increment is sent whose rejection cannot be explained by the counter's current value. */
const INCREMENT_ATTEMPTS = 10;
/** How many different texts of the expected state a compare-and-set tries. */
const SPELLINGS = 10;

/** The driver verbs over a SQL database, through TypeORM's query runner. Every verb that writes is a single statement. */
export class TypeOrmDriver implements StorageDriver {
  readonly encoding = 'text';
  readonly #settings: TypeOrmDriverSettings;
  #session: SqlSession | undefined;
  #dialect: Dialect;

  constructor(settings: TypeOrmDriverSettings) {
    this.#settings = settings;
    this.#dialect = settings.connection.dialect;
  }

  get backend(): string {
    return this.#settings.connection.backend;
  }

  async open(context: DriverContext): Promise<void> {
    const { connection, schema } = this.#settings;
    const session = await connection.open(context);
    await connection.settle?.(session);
    this.#dialect = connection.dialect;
    await prepareSchema(session, this.#dialect, schema, connection.location);
    await connection.configure?.(session);
    this.#session = session;
  }

  async close(): Promise<void> {
    this.#session = undefined;
    await this.#settings.connection.close();
  }

  async ping(): Promise<void> {
    await this.#opened.read(this.#dialect.ping, null);
    await this.#settings.connection.check?.();
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
    for (let attempt = 1; attempt <= INCREMENT_ATTEMPTS; attempt += 1) {
      const total = await this.#opened.write(this.#dialect.increment[expiry.onLive], row);
      if (total !== null) return total;
      // The statement was rejected, and only the counter's value shows why. If the value no longer explains it, another
      // caller has changed the counter meanwhile: try again.
      const current = await this.readCounter(key);
      if (current !== null && !Number.isSafeInteger(current + amount)) return 'overflow';
    }
    const message = `${this.#settings.connection.location}: other callers kept changing the counter; try again.`;
    throw new StorageUnavailableError(message, { outcome: 'not-applied', scope: 'call' });
  }

  async readCounter(key: StorageKey): Promise<number | null> {
    const stored = await this.#opened.read(this.#dialect.read.counter, { key });
    if (stored === null) return null;
    return typeof stored === 'number' && Number.isSafeInteger(stored) ? stored : rejectStored(key, 'a safe integer');
  }

  readTtl(key: StorageKey): Promise<number | null | undefined> {
    return this.#opened.read(this.#dialect.readTtl[key.kind], { key });
  }

  writeTtl(key: StorageKey, expiry: Expiry): Promise<boolean> {
    return this.#opened.write(this.#dialect.writeTtl[key.kind], { key, ...expiry });
  }

  /** Pages by the primary key, so that no page costs more than another and nothing is kept open between two. */
  async *scan(
    namespace: string,
    literalPrefix: string,
    kind: EntryKind,
  ): AsyncGenerator<readonly string[], void, undefined> {
    let range = identifierRange(literalPrefix);
    for (;;) {
      const page = await this.#opened.read(this.#dialect.scanPage, { namespace, kind, range, limit: SCAN_PAGE });
      if (page.identifiers.length > 0) yield page.identifiers;
      if (page.last === null) return;
      range = { ...range, start: page.last, isStartExcluded: true };
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
    let removed = 0;
    for (const kind of KINDS) {
      const rest = limit - removed;
      if (rest > 0) removed += await this.#opened.write(this.#dialect.sweepBatch, { kind, limit: rest });
    }
    return removed;
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
    const message = `${this.#settings.connection.location}: the driver is not open.`;
    throw new StorageUnavailableError(message, { outcome: 'not-applied' });
  }

  #readStored(key: StorageKey): Promise<unknown> {
    return this.#opened.read(this.#dialect.read.state, { key });
  }

  /** Accepts any text: the storage decodes it, and reports a text that is not a state. */
  #toText(stored: unknown, key: StorageKey): Awaitable<string | null> {
    if (typeof stored !== 'string') return stored === null ? null : rejectStored(key, 'a text');
    const { readBytes } = this.#dialect;
    return readBytes !== undefined && hasReplacementCharacter(stored) ? this.#readValidText(key, readBytes) : stored;
  }

  /**
   * A replacement character may stand for bytes that are not UTF-8, or really be in the text. Only texts that contain one
   * need this second statement.
   */
  async #readValidText(key: StorageKey, readBytes: SqlCommand<KeyRow, Uint8Array | null>): Promise<string | null> {
    const bytes = await this.#opened.read(readBytes, { key });
    return bytes === null ? null : (decodeText(bytes) ?? rejectStored(key, 'UTF-8'));
  }

  /** Compares texts. If another program has spelled an equal state differently, it retries with the stored spelling. */
  async #swap(key: StorageKey, expected: ExpectedState<string>, next: StateWrite<string> | null): Promise<boolean> {
    let text = expected.encoded;
    for (let spelling = 0; spelling < SPELLINGS; spelling += 1) {
      if (await this.#swapText(key, text, next)) return true;
      const stored = await this.#readStored(key);
      // If it is the text that was just tried, another state was stored when the statement ran.
      if (typeof stored !== 'string' || stored === text || !expected.matches(stored)) return false;
      text = stored;
    }
    return false; // Another program keeps writing: it has won the race.
  }

  #swapText(key: StorageKey, expected: string, next: StateWrite<string> | null): Promise<boolean> {
    if (next === null) return this.#opened.write(this.#dialect.removeIfEqual, { key, expected });
    const { state, expiry } = next;
    const row = { key, expected, state, ...expiry };
    return this.#opened.write(this.#dialect.replaceIfEqual[expiry.onLive], row);
  }
}

function rejectStored(key: StorageKey, expected: string): never {
  throw corruptEntry(key, expected);
}
