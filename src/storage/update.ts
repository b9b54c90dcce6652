import type { StateDocument } from '../contract/state-document.js';
import type { StateWrite, StorageKey } from '../contract/storage-driver.js';
import { isPending } from '../contract/awaitable.js';
import { ContentionError } from '../errors/contention.error.js';
import { InvalidStateError } from '../errors/invalid-state.error.js';
import type { StorageCore } from './storage-core.js';

/** Makes the next try wait; gets the number of tries lost so far. */
export type Pause = (lost: number) => Promise<void>;

/** An update on its way: what to change, and how what comes out is written. */
export interface Update<Encoded> {
  readonly key: StorageKey;
  readonly attempts: number;
  change(current: StateDocument | null): unknown;
  /** Checks and encodes what `change` gave back. */
  write(document: unknown): StateWrite<Encoded>;
}

/**
 * Reads, changes and compares-and-sets until it wins (rule CAS-5). Callers of this process queue up for an identifier.
 * @throws ContentionError when every attempt lost
 */
export function runUpdate<Encoded>(
  core: StorageCore<Encoded>,
  update: Update<Encoded>,
  pause: Pause = fullJitter,
): Promise<StateDocument | null> {
  return core.updates.run(`${update.key.namespace}:${update.key.identifier}`, async () => {
    for (let lost = 0; lost < update.attempts; lost += 1) {
      if (lost > 0) await pause(lost);
      const won = await tryUpdate(core, update);
      if (won !== undefined) return won;
    }
    throw new ContentionError(
      `update: lost ${update.attempts} of ${update.attempts} attempts to other writers; nothing was written. ` +
        'Try again later, or give more attempts.',
    );
  });
}

/** What is stored after a try that won; undefined when another writer was faster. */
async function tryUpdate<Encoded>(
  core: StorageCore<Encoded>,
  update: Update<Encoded>,
): Promise<StateDocument | null | undefined> {
  const { codec, driver } = core;
  const { key } = update;
  const stored = await core.ask('update', 'not-applied', () => driver.read(key));
  const changed = assertSynchronous(update.change(stored === null ? null : codec.decode(stored, key)));
  if (changed === null && stored === null) return null;
  const expected = stored === null ? null : codec.expect(stored);
  const next = changed === null ? null : update.write(changed);
  const won = await core.ask('update', 'unknown', () => driver.compareAndSet(key, expected, next));
  if (!won) return undefined;
  return next === null ? null : codec.decode(next.state, key);
}

/** A promise that fails has somebody to tell: nobody else would listen, and the process would end (rule ER-5). */
function assertSynchronous(changed: unknown): unknown {
  if (!isPending(changed)) return changed;
  changed.then(undefined, () => {});
  throw new InvalidStateError(
    'state',
    'expected change to give the next state or null at once, got a promise. Do what takes time before update.',
  );
}

/**
 * Waits a random time below a bound that doubles with each lost try, so that processes stop meeting each other.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
 */
export const fullJitter: Pause = (lost) => {
  const boundMs = Math.min(LONGEST_PAUSE_MS, 2 ** (lost - 1));
  return new Promise((resolve) => setTimeout(resolve, Math.random() * boundMs));
};

const LONGEST_PAUSE_MS = 50;
