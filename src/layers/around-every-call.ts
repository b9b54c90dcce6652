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

/** One call of a driver, or one batch of its `scan` and `clear`. */
export interface DriverCall {
  readonly verb: DriverVerb;
  /** undefined for what concerns the whole backend: `open`, `close`, `ping` and `sweep`. */
  readonly namespace?: string | undefined;
  /** What the identifiers name; undefined where there are none. */
  readonly kind?: EntryKind | undefined;
  /** One, or for `readMany` all that were asked for; undefined where the call names none. */
  readonly identifiers?: readonly string[] | undefined;
}

/**
 * Does something before, after or instead of a call. `proceed` makes the call; what this gives back or throws is what
 * the storage gets. A driver inside the process answers at once: an answer that is no promise had best stay none.
 */
export type AroundCall = <T>(call: DriverCall, proceed: () => Awaitable<T>) => Awaitable<T>;

/** What a failure of a call means when nobody knows how far it came (rule ER-4). */
export function outcomeOfFailure({ verb }: DriverCall): Outcome {
  return outcomeOf(DRIVER_EFFECTS[verb]);
}

/** The driver that does the same with `around` wrapped around every verb; `scan` and `clear` batch by batch. */
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

  scan(namespace: string, literalPrefix: string): AsyncIterable<readonly string[]> {
    return this.#aroundBatches({ verb: 'scan', namespace }, () => this.#inner.scan(namespace, literalPrefix));
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
    let isAnswered = false;
    try {
      for (;;) {
        isAnswered = false;
        const batch = await this.#around(call, next);
        isAnswered = true;
        if (batch.done === true) {
          batches = undefined;
          return;
        }
        yield batch.value;
      }
    } finally {
      const ending = endBatches(batches);
      // A batch that a layer gave up may never come, and a generator ends only after it: that is not waited for.
      if (isAnswered) await ending;
      else ending.catch(leaveUnheard);
    }
  }
}

function callOf(verb: DriverVerb, { namespace, kind, identifier }: StorageKey): DriverCall {
  return { verb, namespace, kind, identifiers: [identifier] };
}

async function endBatches(batches: AsyncIterator<unknown> | undefined): Promise<void> {
  await batches?.return?.();
}

/** Whoever asked has been told what went wrong with the batch. */
function leaveUnheard(): void {}
