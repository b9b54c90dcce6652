import { DRIVER_EFFECTS, type DriverVerb } from '../contract/operations.js';
import { outcomeOf, StorageUnavailableError } from '../errors/backend-errors.js';
import type {
  Awaitable,
  DriverContext,
  EntryKind,
  ExpectedState,
  Expiry,
  StateEncoding,
  StateWrite,
  StorageDriver,
  StorageKey,
  WriteExpiry,
} from '../contract/storage-driver.js';

type Fault =
  | { readonly kind: 'fail'; readonly error: unknown }
  | { readonly kind: 'lose-reply' }
  | { readonly kind: 'delay'; readonly until: Promise<void> };

/**
 * A driver that wraps another driver and fails on demand, for tests of what an application does in an outage. Each
 * planned fault applies to one call. Every verb has a separate queue, and its faults apply in the order in which they
 * were planned.
 *
 * @example
 * ```ts
 * import { FsmStorage, MemoryDriver } from 'nestjs-fsm-storage';
 * import { FaultyDriver } from 'nestjs-fsm-storage/testing';
 *
 * const driver = new FaultyDriver(new MemoryDriver());
 * const storage = new FsmStorage(driver);
 * await storage.start();
 * driver.loseReplyOf('increment');
 * await storage.increment('visits'); // rejects: StorageUnavailableError, outcome 'unknown'; the counter is 1
 * ```
 */
export class FaultyDriver<Encoded = string> implements StorageDriver<Encoded> {
  readonly #inner: StorageDriver<Encoded>;
  readonly #faults = new Map<DriverVerb, Fault[]>();
  readonly #calls = new Map<DriverVerb, number>();
  #isDown = false;

  constructor(inner: StorageDriver<Encoded>) {
    this.#inner = inner;
  }

  /** @inheritDoc */
  get backend(): string {
    return this.#inner.backend;
  }

  /** @inheritDoc */
  get encoding(): StateEncoding {
    return this.#inner.encoding;
  }

  /** Makes the next call of this verb reject with `error`; the wrapped driver is not called. */
  failNext(verb: DriverVerb, error: unknown): void {
    this.#plan(verb, { kind: 'fail', error });
  }

  /**
   * Makes the next call of this verb take effect and then reject with a {@link StorageUnavailableError}, as if the
   * reply were lost. The outcome of a write is `unknown`, that of a read `not-applied`.
   */
  loseReplyOf(verb: DriverVerb): void {
    this.#plan(verb, { kind: 'lose-reply' });
  }

  /** Makes the next call of this verb wait until the returned function is called; the call then continues normally. */
  delayNext(verb: DriverVerb): () => void {
    const { promise, release } = createGate();
    this.#plan(verb, { kind: 'delay', until: promise });
    return release;
  }

  /**
   * Makes every call except `close` reject with a {@link StorageUnavailableError} until {@link FaultyDriver.up}, as if
   * the server were unreachable. The outcome is `not-applied`.
   */
  down(): void {
    this.#isDown = true;
  }

  /** Ends the outage that {@link FaultyDriver.down} started. */
  up(): void {
    this.#isDown = false;
  }

  /** Returns how often a verb was called, including failed calls. */
  callsOf(verb: DriverVerb): number {
    return this.#calls.get(verb) ?? 0;
  }

  /** @inheritDoc */
  open(context: DriverContext): Promise<void> {
    return this.#around('open', () => this.#inner.open(context));
  }

  /** @inheritDoc */
  close(): Promise<void> {
    return this.#around('close', () => this.#inner.close());
  }

  /** @inheritDoc */
  ping(): Promise<void> {
    return this.#around('ping', () => this.#inner.ping());
  }

  /** @inheritDoc */
  read(key: StorageKey): Promise<Encoded | null> {
    return this.#around('read', () => this.#inner.read(key));
  }

  /** @inheritDoc */
  readMany(namespace: string, identifiers: readonly string[]): Promise<readonly (Encoded | null)[]> {
    return this.#around('readMany', () => this.#inner.readMany(namespace, identifiers));
  }

  /** @inheritDoc */
  write(key: StorageKey, write: StateWrite<Encoded>): Promise<void> {
    return this.#around('write', () => this.#inner.write(key, write));
  }

  /** @inheritDoc */
  remove(key: StorageKey): Promise<boolean> {
    return this.#around('remove', () => this.#inner.remove(key));
  }

  /** @inheritDoc */
  compareAndSet(
    key: StorageKey,
    expected: ExpectedState<Encoded> | null,
    next: StateWrite<Encoded> | null,
  ): Promise<boolean> {
    return this.#around('compareAndSet', () => this.#inner.compareAndSet(key, expected, next));
  }

  /** @inheritDoc */
  increment(key: StorageKey, amount: number, expiry: WriteExpiry): Promise<number | 'overflow'> {
    return this.#around('increment', () => this.#inner.increment(key, amount, expiry));
  }

  /** @inheritDoc */
  readCounter(key: StorageKey): Promise<number | null> {
    return this.#around('readCounter', () => this.#inner.readCounter(key));
  }

  /** @inheritDoc */
  readTtl(key: StorageKey): Promise<number | null | undefined> {
    return this.#around('readTtl', () => this.#inner.readTtl(key));
  }

  /** @inheritDoc */
  writeTtl(key: StorageKey, expiry: Expiry): Promise<boolean> {
    return this.#around('writeTtl', () => this.#inner.writeTtl(key, expiry));
  }

  /** @inheritDoc */
  async *scan(namespace: string, literalPrefix: string, kind: EntryKind): AsyncGenerator<readonly string[]> {
    yield* await this.#around('scan', () => collect(this.#inner.scan(namespace, literalPrefix, kind)));
  }

  /** @inheritDoc */
  async *clear(namespace: string): AsyncGenerator<number> {
    yield* await this.#around('clear', () => collect(this.#inner.clear(namespace)));
  }

  /** @inheritDoc */
  sweep(limit: number): Promise<number> {
    return this.#around('sweep', () => this.#inner.sweep(limit));
  }

  async #around<T>(verb: DriverVerb, run: () => Awaitable<T>): Promise<T> {
    this.#calls.set(verb, this.callsOf(verb) + 1);
    if (this.#isDown && verb !== 'close') throw unavailable(verb, 'not-applied');
    const fault = this.#faults.get(verb)?.shift();
    if (fault?.kind === 'fail') throw fault.error;
    if (fault?.kind === 'delay') await fault.until;
    if (this.#isDown && verb !== 'close') throw unavailable(verb, 'not-applied');
    const result = await run();
    if (fault?.kind === 'lose-reply') throw unavailable(verb, outcomeOf(DRIVER_EFFECTS[verb]));
    return result;
  }

  #plan(verb: DriverVerb, fault: Fault): void {
    const planned = this.#faults.get(verb) ?? [];
    this.#faults.set(verb, [...planned, fault]);
  }
}

/** Runs a scan or clear to its end first, so that a fault applies to the whole call and not to one batch. */
async function collect<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

function unavailable(verb: DriverVerb, outcome: 'not-applied' | 'unknown'): StorageUnavailableError {
  const message = `FaultyDriver fails ${verb} as the test demands. Call up() or plan fewer faults.`;
  return new StorageUnavailableError(message, { outcome });
}

function createGate(): { readonly promise: Promise<void>; readonly release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}
