import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import type { StateWrite, StorageDriver, StorageKey } from '../../../src/contract/storage-driver.js';
import { CircuitOpenError, StorageTimeoutError, StorageUnavailableError } from '../../../src/errors/backend-errors.js';
import { ContentionError } from '../../../src/errors/outcome-errors.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';

type Verbs = { readonly [Verb in keyof StorageDriver]?: () => unknown };

/** A memory driver with some of its verbs replaced. */
function memoryDriverWith(verbs: Verbs): StorageDriver<StateDocument> {
  return new Proxy(new MemoryDriver(), {
    get(target, property): unknown {
      if (property in verbs) return Reflect.get(verbs, property);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const rejectWith = (failure: Error) => () => Promise.reject(failure);

/** A read that fails, and from then on finds nothing. */
function failingOnce(failure: Error): jest.Mock<() => null> {
  const fail = (): never => {
    throw failure;
  };
  return jest.fn<() => null>(() => null).mockImplementationOnce(fail);
}

describe('FsmStorage', () => {
  it('ER-4 reports the outcome of a foreign failure without its text', async () => {
    const failure = Object.assign(new Error('secret in redis://user:password@host'), { code: 'ECONNRESET' });
    const storage = new FsmStorage(memoryDriverWith({ read: rejectWith(failure), write: rejectWith(failure) }));
    await storage.start();
    const read = await storage.getState('a').catch((error: unknown) => error);
    const write = await storage.setState('a', {}).catch((error: unknown) => error);
    expect(read).toBeInstanceOf(StorageUnavailableError);
    expect(read).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied', cause: failure });
    expect(write).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    expect(String(read)).not.toContain('password');
    expect(String(read)).toContain('ECONNRESET');
    await storage.stop();
  });

  it('ER-4 reports a failure also when a driver throws a value that is not an Error', async () => {
    const storage = new FsmStorage(memoryDriverWith({ read: rejectWith('boom' as unknown as Error) }));
    await storage.start();
    await expect(storage.getState('a')).rejects.toThrow(/an error of unknown kind/);
  });

  it('CAS-5 rejects after its attempts, with a pause before each but the first', async () => {
    class LosingDriver extends MemoryDriver {
      tries = 0;
      override compareAndSet(): boolean {
        this.tries += 1;
        return false;
      }
    }
    const driver = new LosingDriver();
    const storage = new FsmStorage(driver);
    await storage.start();
    await expect(storage.update('a', () => ({ n: 1 }), { attempts: 4 })).rejects.toThrow(ContentionError);
    expect(driver.tries).toBe(4);
  });

  it('CAS-5 retries with the state of the other writer', async () => {
    class InterferingDriver extends MemoryDriver {
      #interfered = false;
      override read(key: StorageKey): StateDocument | null {
        const state = super.read(key);
        if (this.#interfered) return state;
        this.#interfered = true;
        super.write(key, interference);
        return state;
      }
    }
    const expiry = { ttlMs: null, expiresAt: null, onLive: 'replace' } as const;
    const interference: StateWrite<StateDocument> = { state: { n: 10 }, expiry };
    const storage = new FsmStorage(new InterferingDriver());
    await storage.start();
    const change = jest.fn((current: StateDocument | null) => ({ n: Number(current?.['n'] ?? 0) + 1 }));
    expect(await storage.update('a', change)).toEqual({ n: 11 });
    expect(change).toHaveBeenCalledTimes(2);
  });

  it('CAS-5 ER-4 fails updates queued behind one that timed out, but not later ones', async () => {
    const failure = new StorageTimeoutError('no reply', { outcome: 'not-applied' });
    const read = failingOnce(failure);
    const storage = new FsmStorage(memoryDriverWith({ read }));
    await storage.start();
    const updates = [1, 2, 3].map((n) => storage.update('a', () => ({ n })).catch((error: unknown) => error));
    const [first, ...behind] = await Promise.all(updates);
    expect(first).toBe(failure);
    for (const error of behind) {
      expect(error).toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied', cause: failure });
      expect(String(error)).toContain('was not attempted');
    }
    expect(read).toHaveBeenCalledTimes(1);
    expect(await storage.update('a', () => ({ n: 4 }))).toEqual({ n: 4 });
    await storage.stop();
  });

  it('CAS-5 runs updates queued behind one that failed for another reason', async () => {
    const failure = new StorageUnavailableError('no reply', { outcome: 'unknown' });
    const read = failingOnce(failure);
    const storage = new FsmStorage(memoryDriverWith({ read }));
    await storage.start();
    const updates = [1, 2].map((n) => storage.update('a', () => ({ n })).catch((error: unknown) => error));
    expect(await Promise.all(updates)).toEqual([failure, { n: 2 }]);
    await storage.stop();
  });

  it.each([
    ['UNAVAILABLE', new StorageUnavailableError('refused', { outcome: 'not-applied' }), 'UNAVAILABLE'],
    ['TIMEOUT', new StorageTimeoutError('no connection was free', { outcome: 'not-applied' }), 'TIMEOUT'],
    ['CIRCUIT_OPEN', new CircuitOpenError('not asked', { retryAfterMs: 500 }), 'UNAVAILABLE'],
  ])('NS-3 ER-4 reports a clearing that failed midway with %s as unknown', async (_, failure, code) => {
    const clear = async function* (): AsyncGenerator<number> {
      yield* [0, 500, 500];
      throw failure;
    };
    const storage = new FsmStorage(memoryDriverWith({ clear }));
    await storage.start();
    const error = await storage.clearNamespace().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, outcome: 'unknown', cause: failure });
    expect(String(error)).toContain('removed 1000 entries before it failed');
    await storage.stop();
  });

  it('NS-3 ER-4 keeps the outcome of a clearing that removed nothing', async () => {
    const failure = new StorageUnavailableError('refused', { outcome: 'not-applied' });
    const clear = async function* (): AsyncGenerator<number> {
      yield 0;
      throw failure;
    };
    const storage = new FsmStorage(memoryDriverWith({ clear }));
    await storage.start();
    await expect(storage.clearNamespace()).rejects.toBe(failure);
    await storage.stop();
  });

  it('CAS-5 rejects with the error of the change function, and writes nothing', async () => {
    const storage = new MemoryStorage();
    await storage.start();
    const failure = new Error('no stock');
    const change = (): never => {
      throw failure;
    };
    await expect(storage.update('a', change)).rejects.toBe(failure);
    expect(await storage.getState('a')).toBeNull();
    expect(await storage.update('a', () => ({ n: 1 }))).toEqual({ n: 1 });
  });

  it('ER-5 survives a handler of background errors that throws', async () => {
    let report: (error: unknown) => void = () => {};
    class NoisyDriver extends MemoryDriver {
      override open(context: Parameters<MemoryDriver['open']>[0]): void {
        super.open(context);
        report = (error) => context.reportBackgroundError(error);
      }
    }
    const seen: unknown[] = [];
    const onBackgroundError = (error: unknown): unknown => {
      seen.push(error);
      if (seen.length === 1) throw new Error('the logger is broken too');
      return Promise.reject(new Error('and so is the remote one'));
    };
    const storage = new FsmStorage(new NoisyDriver(), { onBackgroundError });
    await storage.start();
    for (const cause of ['lost', 'again']) expect(() => report(cause)).not.toThrow();
    // An unhandled rejection would show by the next turn.
    const unhandled = jest.fn();
    process.once('unhandledRejection', unhandled);
    await nextTick();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(seen).toMatchObject([{ cause: 'lost' }, { cause: 'again' }]);
    await storage.stop();
  });

  it('HL-1 is false when the round trip fails or takes too long, and stop does not wait for it', async () => {
    const hanging = new FsmStorage(memoryDriverWith({ ping: () => new Promise(() => {}) }), { healthTimeout: 1 });
    const failing = new FsmStorage(memoryDriverWith({ ping: rejectWith(new Error('down')) }));
    await Promise.all([hanging.start(), failing.start()]);
    expect(await hanging.health()).toBe(false);
    expect(await failing.health()).toBe(false);
    await hanging.stop();
    expect(await hanging.health()).toBe(false);
  });

  it('HL-1 reads a reply that has arrived before it times out, however busy the process was', async () => {
    const ping = (): Promise<void> => nextTick();
    const storage = new FsmStorage(memoryDriverWith({ ping }), { healthTimeout: 1 });
    await storage.start();
    await nextTick(); // From here on timers come before what arrives.
    const health = storage.health();
    for (const overdue = performance.now() + 5; performance.now() < overdue;);
    expect(await health).toBe(true);
    await storage.stop();
  });

  it('LS-4 ER-1 reports a failing scan as an error of this package, and ends it silently', async () => {
    const failing = new FsmStorage(memoryDriverWith({ scan: () => brokenScan() }));
    await failing.start();
    const error = await firstOf(failing.scanKeys()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(String(error)).not.toContain('secret');
  });

  it('ER-4 treats a foreign error as an outage, also one whose code looks like ours', async () => {
    const foreign = Object.assign(new Error('redis://user:password@host'), { code: 'TIMEOUT' });
    const storage = new FsmStorage(memoryDriverWith({ read: rejectWith(foreign) }));
    await storage.start();
    const error = await storage.getState('a').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied', cause: foreign });
  });

  it('ER-2 rejects a value that is not a driver, and lists everything that is missing', () => {
    expect(() => new FsmStorage(undefined as unknown as StorageDriver)).toThrow(/driver: expected a StorageDriver/);
    expect(() => new FsmStorage({ open() {} } as unknown as StorageDriver)).toThrow(
      /lacks close, .*sweep; driver.encoding/,
    );
  });

  it('ER-2 rejects a misspelled option of a call, which would lose a deadline', async () => {
    const storage = new MemoryStorage();
    await storage.start();
    const misspelled = { tll: 5 } as unknown as { ttl: number };
    await expect(storage.setState('a', {}, misspelled)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    await expect(storage.setState('a', {}, [] as unknown as object)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    expect(await storage.getState('a')).toBeNull();
  });
});

async function* brokenScan(): AsyncGenerator<string[]> {
  yield [];
  throw new Error('secret in redis://user:password@host');
}

async function firstOf(identifiers: AsyncIterable<string>): Promise<string | undefined> {
  for await (const identifier of identifiers) return identifier;
  return undefined;
}
