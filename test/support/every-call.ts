import type { BaseStorage } from '../../src/contract/base-storage.js';

/** Starts a storage, makes each kind of call, some of them competing, and stops it. Returns what the calls returned. */
export async function makeEveryCall(storage: BaseStorage): Promise<unknown[]> {
  const add = (current: { n: number } | null): { n: number } => ({ n: (current?.n ?? 0) + 1 });
  await storage.start(); // No effect if the test has started it.
  const results: unknown[] = [
    await storage.setState('a', { n: 1 }, { ttl: 60 }),
    await storage.getState('a'),
    await storage.getStates(['a', 'b']),
    await storage.compareAndSet('a', { n: 2 }, { expected: { n: 1 } }),
    await storage.update<{ n: number }>('a', add),
    await Promise.all([storage.increment('c'), storage.increment('c')]),
    await storage.listKeys(),
    await storage.health(),
    await storage.clearNamespace(),
  ];
  await storage.stop();
  return results;
}

/** What `makeEveryCall` returns over an empty namespace. */
export const EVERY_RESULT = [undefined, { n: 1 }, [{ n: 1 }, null], true, { n: 3 }, [1, 2], ['a'], true, 2];
