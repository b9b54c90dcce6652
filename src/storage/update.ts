import type { StateDocument } from '../contract/state-document.js';
import type { Awaitable, StateWrite, StorageDriver, StorageKey } from '../contract/storage-driver.js';
import type { StateCodec } from '../codec/state-codec.js';
import { type Effect, StorageTimeoutError } from '../errors/backend-errors.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import { ContentionError } from '../errors/outcome-errors.js';
import { InvalidStateError } from '../errors/usage-errors.js';
import { ignoreErrors, isPending } from '../toolkit/awaitable.js';
import { pauseFor } from '../toolkit/event-loop.js';
import { KeyedQueue } from '../toolkit/keyed-queue.js';

/** Waits before the next attempt; `lost` is the number of attempts lost so far. */
type Pause = (lost: number) => Promise<void>;

/** The part of `StorageCore` that an update uses. */
interface UpdateContext<Encoded> {
  readonly driver: StorageDriver<Encoded>;
  readonly codec: StateCodec<Encoded>;
  readonly updates: KeyedQueue;
  callDriver<T>(operation: 'update', call: () => Awaitable<T>, effect?: Effect): Promise<T>;
}

/** One call of `update`. */
interface Update<Encoded> {
  readonly key: StorageKey;
  readonly attempts: number;
  change(current: StateDocument | null): unknown;
  /** Validates and encodes what `change` returned. */
  write(document: unknown): StateWrite<Encoded>;
}

/**
 * Reads, changes and compares-and-sets until it wins (rule CAS-5). Callers in this process queue up per identifier.
 * @throws ContentionError when every attempt lost
 */
export function runUpdate<Encoded>(
  context: UpdateContext<Encoded>,
  update: Update<Encoded>,
  pause: Pause = fullJitter,
): Promise<StateDocument | null> {
  return context.updates.run(`${update.key.namespace}:${update.key.identifier}`, async () => {
    for (let lost = 0; lost < update.attempts; lost += 1) {
      if (lost > 0) await pause(lost);
      const result = await tryUpdate(context, update);
      if (result !== undefined) return result;
    }
    throw new ContentionError(
      `update: lost ${update.attempts} of ${update.attempts} attempts to other writers; nothing was written. ` +
        'Try again later, or allow more attempts.',
    );
  });
}

/** One attempt. Returns the state stored now, or undefined when another writer was faster. */
async function tryUpdate<Encoded>(
  context: UpdateContext<Encoded>,
  update: Update<Encoded>,
): Promise<StateDocument | null | undefined> {
  const { codec, driver } = context;
  const { key } = update;
  const stored = await context.callDriver('update', () => driver.read(key), 'read');
  const changed = assertSynchronous(update.change(stored === null ? null : codec.decode(stored, key)));
  if (changed === null && stored === null) return null;
  const expected = stored === null ? null : codec.expect(stored);
  const next = changed === null ? null : update.write(changed);
  const won = await context.callDriver('update', () => driver.compareAndSet(key, expected, next));
  if (!won) return undefined;
  return next === null ? null : codec.decode(next.state, key);
}

/** Rejects a promise, and handles its rejection: otherwise the process would end (rule ER-5). */
function assertSynchronous(changed: unknown): unknown {
  if (!isPending(changed)) return changed;
  void ignoreErrors(() => changed);
  throw new InvalidStateError(
    'state',
    'expected change to return the next state or null, got a promise. Do asynchronous work before calling update.',
  );
}

/**
 * Waits a random time below a bound that doubles with each lost attempt, so that competing processes spread out.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
 */
const fullJitter: Pause = (lost) => {
  const boundMs = Math.min(LONGEST_PAUSE_MS, 2 ** (lost - 1));
  return pauseFor(Math.random() * boundMs);
};

const LONGEST_PAUSE_MS = 50;

/** The queue in which updates of one identifier wait for each other (rule CAS-5). */
export function createUpdateQueue(): KeyedQueue {
  return new KeyedQueue(failureBehindUpdate);
}

/**
 * After an update timed out, those queued behind it fail at once. Otherwise each would wait for its own timeout, one
 * after the other, and `stop` would wait for all of them.
 */
function failureBehindUpdate(error: unknown): Error | undefined {
  if (!isFsmStorageError(error) || error.code !== 'TIMEOUT') return undefined;
  return new StorageTimeoutError(
    'update: an earlier update of the same identifier timed out, so this one was not attempted. Try again later.',
    { outcome: 'not-applied', cause: error },
  );
}
