import { describe, expect, it } from '@jest/globals';
import { MemoryDriver } from '../../src/backends/memory/memory.driver.js';
import type { StateDocument } from '../../src/contract/state-document.js';
import { StorageTimeoutError } from '../../src/errors/backend-errors.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import type { DriverVerb } from '../../src/contract/operations.js';
import { FaultyDriver } from '../../src/testing/faulty-driver.js';
import { SAMPLE_CALLS } from '../../src/testing/sample-calls.js';

const VERB_OF_READ: readonly (readonly [operation: string, verb: DriverVerb])[] = [
  ['getState', 'read'],
  ['getStates', 'readMany'],
  ['getTtl', 'readTtl'],
  ['getCounter', 'readCounter'],
  ['listKeys', 'scan'],
  ['scanKeys', 'scan'],
  ['getCounterTtl', 'readTtl'],
  ['listCounters', 'scan'],
  ['scanCounters', 'scan'],
];
const VERB_OF_WRITE: readonly (readonly [operation: string, verb: DriverVerb])[] = [
  ['setState', 'write'],
  ['deleteState', 'remove'],
  ['compareAndSet', 'compareAndSet'],
  ['touch', 'writeTtl'],
  ['increment', 'increment'],
  ['deleteCounter', 'remove'],
  ['touchCounter', 'writeTtl'],
  ['clearNamespace', 'clear'],
];

describe('a storage over a driver that fails', () => {
  it.each(VERB_OF_READ)('ST-5 rejects %s with outcome not-applied', async (operation, verb) => {
    const { storage, driver } = await open();
    driver.failNext(verb, new Error('connection reset'));
    await expect(run(storage, operation)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      cause: { message: 'connection reset' },
    });
    await expect(run(storage, operation)).resolves.toBeDefined();
  });

  it.each(VERB_OF_WRITE)('ER-4 rejects %s with outcome unknown and does not retry it', async (operation, verb) => {
    const { storage, driver } = await open();
    driver.failNext(verb, new Error('connection reset'));
    await expect(run(storage, operation)).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    expect(driver.callsOf(verb)).toBe(1);
  });

  it('ER-4 keeps the outcome that the driver reports', async () => {
    const { storage, driver } = await open();
    driver.failNext('write', new StorageTimeoutError('too slow', { outcome: 'not-applied' }));
    await expect(storage.setState('x', {})).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
  });

  it('ER-4 does not retry an increment or compareAndSet whose reply was lost', async () => {
    const { storage, driver } = await open();
    driver.loseReplyOf('increment');
    driver.loseReplyOf('compareAndSet');
    await expect(storage.increment('x', 5)).rejects.toMatchObject({ outcome: 'unknown' });
    await expect(storage.compareAndSet('x', { step: 1 })).rejects.toMatchObject({ outcome: 'unknown' });
    expect(await storage.getCounter('x')).toBe(5);
    expect(await storage.getState('x')).toEqual({ step: 1 });
  });

  it('ER-4 does not retry an update whose reply was lost', async () => {
    const { storage, driver } = await open();
    driver.loseReplyOf('compareAndSet');
    const addOne = (state: StateDocument | null): StateDocument => ({ count: Number(state?.['count'] ?? 0) + 1 });
    await expect(storage.update('x', addOne)).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    expect(await storage.getState('x')).toEqual({ count: 1 });
    expect(await storage.update('x', addOne)).toEqual({ count: 2 });
  });

  it('HL-1 health is false if the driver does not respond within healthTimeout', async () => {
    const { storage, driver } = await open();
    const release = driver.delayNext('ping');
    expect(await storage.health()).toBe(false);
    release();
    expect(await storage.health()).toBe(true);
  });

  it('LC-1 stop waits for a pending write', async () => {
    const { storage, driver } = await open();
    const release = driver.delayNext('write');
    const order: string[] = [];
    const writing = storage.setState('x', { name: 'x' }).then(() => order.push('written'));
    const stopping = storage.stop().then(() => order.push('stopped'));
    await expect(storage.getState('x')).rejects.toMatchObject({ code: 'NOT_STARTED' });
    release();
    await Promise.all([writing, stopping]);
    expect(order).toEqual(['written', 'stopped']);
  });

  it('LC-1 a failed open closes the driver, and the storage can be started again', async () => {
    const driver = new FaultyDriver(new MemoryDriver());
    const storage = new FsmStorage(driver);
    driver.failNext('open', new Error('connection refused'));
    await expect(storage.start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect([driver.callsOf('open'), driver.callsOf('close')]).toEqual([1, 1]);
    await storage.start();
    expect(await storage.increment('x')).toBe(1);
    await storage.stop();
    expect([driver.callsOf('open'), driver.callsOf('close')]).toEqual([2, 2]);
  });

  it('ER-5 reports a failed sweep to onBackgroundError and continues sweeping', async () => {
    const errors: unknown[] = [];
    const driver = new FaultyDriver(new MemoryDriver());
    const failure = new Error('sweep failed');
    driver.failNext('sweep', failure);
    const again = new Promise<void>((resolve) => {
      const sweep = driver.sweep.bind(driver);
      driver.sweep = (limit) => {
        if (errors.length > 0) resolve();
        return sweep(limit);
      };
    });
    const storage = new FsmStorage(driver, { sweepInterval: 10, onBackgroundError: (error) => errors.push(error) });
    await storage.start();
    await again;
    await storage.stop();
    expect(errors).toHaveLength(1);
    expect(errors[0] === failure || (errors[0] as Error).cause === failure).toBe(true);
  });
});

async function open(): Promise<{ storage: FsmStorage<StateDocument>; driver: FaultyDriver<StateDocument> }> {
  const driver = new FaultyDriver(new MemoryDriver());
  const storage = new FsmStorage(driver, { healthTimeout: 20 });
  await storage.start();
  return { storage, driver };
}

async function run(storage: FsmStorage<StateDocument>, operation: string): Promise<unknown> {
  const found = SAMPLE_CALLS.find(({ name }) => name === operation);
  // Nothing is stored, so the result may be undefined.
  return { result: await found?.run(storage, 'x') };
}
