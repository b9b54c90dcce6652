import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { circuitBreaker } from '../../../src/layers/circuit-breaker.js';
import { type StorageEvent, telemetry, type TelemetryOptions } from '../../../src/layers/telemetry.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';

afterEach(() => void jest.restoreAllMocks());

async function startWith(options: TelemetryOptions) {
  const driver = new FaultyDriver(new MemoryDriver());
  const layers = [telemetry({ openTelemetry: false, ...options }), circuitBreaker({ failures: 1 })];
  const storage = new FsmStorage(driver, { namespace: 'orders', layers });
  await storage.start();
  return { driver, storage };
}

describe('the events of telemetry', () => {
  it('report the duration and the result of each call', async () => {
    const events: StorageEvent[] = [];
    const clock = new FakeClock(0);
    const { driver, storage } = await startWith({ onEvent: (event) => events.push(event), clock });
    const settle = driver.delayNext('increment');
    const total = storage.increment('a');
    clock.advance(12.5);
    settle();
    await total;
    expect(await storage.compareAndSet('a', {}, { expected: {} })).toBe(false);
    driver.failNext('read', new Error('ECONNRESET'));
    await expect(storage.getState('a')).rejects.toThrow();
    await expect(storage.getState('a')).rejects.toThrow();
    await storage.stop();
    const common = { backend: 'memory', namespace: 'orders', kind: 'state', identifiers: undefined, durationMs: 0 };
    const wide = { ...common, namespace: undefined, kind: undefined };
    expect(events).toEqual([
      { ...wide, operation: 'open', outcome: 'ok' },
      { ...common, operation: 'increment', kind: 'counter', durationMs: 12.5, outcome: 'ok' },
      { ...common, operation: 'compareAndSet', outcome: 'ok' },
      { ...common, operation: 'read', outcome: 'UNAVAILABLE' },
      { ...common, operation: 'read', outcome: 'CIRCUIT_OPEN' },
      { ...wide, operation: 'close', outcome: 'ok' },
    ]);
  });

  it('measure by the time of the process: a wall clock that is set changes nothing', async () => {
    const events: StorageEvent[] = [];
    const { driver, storage } = await startWith({ onEvent: (event) => events.push(event) });
    const now = jest.spyOn(performance, 'now').mockReturnValue(1000);
    const wall = jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const settle = driver.delayNext('read');
    const state = storage.getState('a');
    now.mockReturnValue(1002.5);
    wall.mockReturnValue(0);
    settle();
    await state;
    expect(events.at(-1)).toMatchObject({ operation: 'read', durationMs: 2.5 });
    await storage.stop();
  });

  it('contain identifiers only with recordIdentifiers', async () => {
    const events: StorageEvent[] = [];
    const { storage } = await startWith({ onEvent: (event) => events.push(event), recordIdentifiers: true });
    await storage.getStates(['a', 'b']);
    expect(events.at(-1)).toMatchObject({ operation: 'readMany', identifiers: ['a', 'b'] });
    await storage.stop();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('handler');
      },
    ],
    ['rejects', () => Promise.reject(new Error('handler')) as never],
  ])('ER-5 affect no call if the handler %s', async (_, onEvent) => {
    const unhandled: unknown[] = [];
    const take = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', take);
    try {
      const { storage } = await startWith({ onEvent });
      expect(await storage.increment('a')).toBe(1);
      await storage.stop();
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', take);
    }
  });
});

describe('the options of telemetry', () => {
  it('ER-2 are rejected in one error', () => {
    const wrong = { openTelemetry: 'no', onEvent: {}, recordIdentifiers: 1, clock: {}, events: true };
    expect(() => telemetry(wrong as unknown as TelemetryOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', problems: Array(5).fill(expect.any(String)) }),
    );
  });
});
