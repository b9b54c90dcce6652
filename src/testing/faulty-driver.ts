import { DRIVER_EFFECTS, type DriverVerb } from '../contract/operations.js';
import { outcomeOf, StorageUnavailableError } from '../errors/backend-errors.js';
import type {
  Awaitable,
  DriverContext,
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
  | { readonly kind: 'hang'; readonly until: Promise<void> };

/**
 * A driver around another one that fails on demand, so that what an application does in an outage can be tested
 * without one. Faults are used up in the order they were asked for, each verb with a queue of its own.
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

  /** The next call of this verb is not carried out and throws `error`. */
  failNext(verb: DriverVerb, error: unknown): void {
    this.#plan(verb, { kind: 'fail', error });
  }

  /** The next call of this verb is carried out, and its answer lost: the outcome of a write is `unknown`. */
  loseReplyOf(verb: DriverVerb): void {
    this.#plan(verb, { kind: 'lose-reply' });
  }

  /** The next call of this verb waits until the function given back is called, and is then carried out. */
  delayNext(verb: DriverVerb): () => void {
    const { promise, release } = createGate();
    this.#plan(verb, { kind: 'hang', until: promise });
    return release;
  }

  /** From now on every verb but `close` throws, as when the server is gone. */
  down(): void {
    this.#isDown = true;
  }

  /** Ends what `down` began. */
  up(): void {
    this.#isDown = false;
  }

  /** How often a verb was called, failed calls included. */
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
  async *scan(namespace: string, literalPrefix: string): AsyncGenerator<readonly string[]> {
    yield* await this.#around('scan', () => collect(this.#inner.scan(namespace, literalPrefix)));
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
    if (fault?.kind === 'hang') await fault.until;
    if (this.#isDown && verb !== 'close') throw unavailable(verb, 'not-applied');
    const answer = await run();
    if (fault?.kind === 'lose-reply') throw unavailable(verb, outcomeOf(DRIVER_EFFECTS[verb]));
    return answer;
  }

  #plan(verb: DriverVerb, fault: Fault): void {
    const planned = this.#faults.get(verb) ?? [];
    this.#faults.set(verb, [...planned, fault]);
  }
}

/** Carries out a listing or clearing to its end, so that what fails is its answer. */
async function collect<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

function unavailable(verb: DriverVerb, outcome: 'not-applied' | 'unknown'): StorageUnavailableError {
  return new StorageUnavailableError(`The faulty driver was told to fail ${verb}. Call up() or plan fewer faults.`, {
    outcome,
  });
}

function createGate(): { readonly promise: Promise<void>; readonly release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}
