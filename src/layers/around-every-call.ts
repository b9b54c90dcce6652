import { DRIVER_EFFECTS, type DriverVerb } from '../contract/operations.js';
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
import { type Outcome, outcomeOf } from '../errors/backend-errors.js';

/** One call of a driver; for `scan` and `clear`, one batch. */
export interface DriverCall {
  readonly verb: DriverVerb;
  /** undefined: the call concerns the whole backend, as `open`, `close`, `ping` and `sweep` do. */
  readonly namespace?: string | undefined;
  /** The kind of the identifiers; undefined: the call has none. */
  readonly kind?: EntryKind | undefined;
  /** One identifier, or for `readMany` all of them; undefined: the call has none. */
  readonly identifiers?: readonly string[] | undefined;
}

/**
 * Does something before, after or instead of a call. `proceed` makes the call; the storage gets what this function returns or
 * throws. A driver inside the process may return a value without a promise: pass it on as it is, because promises cost time.
 */
export type AroundCall = <T>(call: DriverCall, proceed: () => Awaitable<T>) => Awaitable<T>;

/** The outcome of a failed call when nothing else is known about the failure (rule ER-4). */
export function outcomeOfFailure({ verb }: DriverCall): Outcome {
  return outcomeOf(DRIVER_EFFECTS[verb]);
}

/**
 * A driver that calls `around` for every verb of the given driver; for `scan` and `clear`, for each batch. A
 * {@link DriverLayer} returns it.
 */
export function aroundEveryCall<Encoded>(driver: StorageDriver<Encoded>, around: AroundCall): StorageDriver<Encoded> {
  return new LayeredDriver(driver, around);
}

class LayeredDriver<Encoded> implements StorageDriver<Encoded> {
  readonly #inner: StorageDriver<Encoded>;
  readonly #around: AroundCall;

  constructor(inner: StorageDriver<Encoded>, around: AroundCall) {
    this.#inner = inner;
    this.#around = around;
  }

  get backend(): string {
    return this.#inner.backend;
  }

  get encoding(): StateEncoding {
    return this.#inner.encoding;
  }

  open(context: DriverContext): Awaitable<void> {
    return this.#around({ verb: 'open' }, () => this.#inner.open(context));
  }

  close(): Awaitable<void> {
    return this.#around({ verb: 'close' }, () => this.#inner.close());
  }

  ping(): Awaitable<void> {
    return this.#around({ verb: 'ping' }, () => this.#inner.ping());
  }

  read(key: StorageKey): Awaitable<Encoded | null> {
    return this.#around(callOf('read', key), () => this.#inner.read(key));
  }

  readMany(namespace: string, identifiers: readonly string[]): Awaitable<readonly (Encoded | null)[]> {
    const call: DriverCall = { verb: 'readMany', namespace, kind: 'state', identifiers };
    return this.#around(call, () => this.#inner.readMany(namespace, identifiers));
  }

  write(key: StorageKey, write: StateWrite<Encoded>): Awaitable<void> {
    return this.#around(callOf('write', key), () => this.#inner.write(key, write));
  }

  remove(key: StorageKey): Awaitable<boolean> {
    return this.#around(callOf('remove', key), () => this.#inner.remove(key));
  }

  compareAndSet(
    key: StorageKey,
    expected: ExpectedState<Encoded> | null,
    next: StateWrite<Encoded> | null,
  ): Awaitable<boolean> {
    return this.#around(callOf('compareAndSet', key), () => this.#inner.compareAndSet(key, expected, next));
  }

  increment(key: StorageKey, amount: number, expiry: WriteExpiry): Awaitable<number | 'overflow'> {
    return this.#around(callOf('increment', key), () => this.#inner.increment(key, amount, expiry));
  }

  readCounter(key: StorageKey): Awaitable<number | null> {
    return this.#around(callOf('readCounter', key), () => this.#inner.readCounter(key));
  }

  readTtl(key: StorageKey): Awaitable<number | null | undefined> {
    return this.#around(callOf('readTtl', key), () => this.#inner.readTtl(key));
  }

  writeTtl(key: StorageKey, expiry: Expiry): Awaitable<boolean> {
    return this.#around(callOf('writeTtl', key), () => this.#inner.writeTtl(key, expiry));
  }

  scan(namespace: string, literalPrefix: string, kind: EntryKind): AsyncIterable<readonly string[]> {
    const call: DriverCall = { verb: 'scan', namespace, kind };
    return this.#aroundBatches(call, () => this.#inner.scan(namespace, literalPrefix, kind));
  }

  clear(namespace: string): AsyncIterable<number> {
    return this.#aroundBatches({ verb: 'clear', namespace }, () => this.#inner.clear(namespace));
  }

  sweep(limit: number): Awaitable<number> {
    return this.#around({ verb: 'sweep' }, () => this.#inner.sweep(limit));
  }

  async *#aroundBatches<T>(call: DriverCall, begin: () => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    let batches: AsyncIterator<T> | undefined;
    const next = (): Promise<IteratorResult<T>> => (batches ??= begin()[Symbol.asyncIterator]()).next();
    let isSettled = false;
    try {
      for (;;) {
        isSettled = false;
        const batch = await this.#around(call, next);
        isSettled = true;
        if (batch.done === true) {
          batches = undefined;
          return;
        }
        yield batch.value;
      }
    } finally {
      const ending = endBatches(batches);
      // If a layer has timed out a batch, the batch may never come, and a generator ends only after it: do not wait.
      if (isSettled) await ending;
      else ending.catch(ignoreEndError);
    }
  }
}

function callOf(verb: DriverVerb, { namespace, kind, identifier }: StorageKey): DriverCall {
  return { verb, namespace, kind, identifiers: [identifier] };
}

async function endBatches(batches: AsyncIterator<unknown> | undefined): Promise<void> {
  await batches?.return?.();
}

/** The caller already has the error of the batch. */
function ignoreEndError(): void {}
