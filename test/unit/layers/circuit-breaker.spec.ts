import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { CircuitOpenError, StorageTimeoutError, StorageUnavailableError } from '../../../src/errors/backend-errors.js';
import { CorruptStateError } from '../../../src/errors/outcome-errors.js';
import { InvalidOptionsError } from '../../../src/errors/usage-errors.js';
import { circuitBreaker, type CircuitStateChange } from '../../../src/layers/circuit-breaker.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';
import { failureOf } from '../../support/fixtures.js';

const INTERVAL_MS = 500;

let clock: FakeClock;
let driver: FaultyDriver<StateDocument>;
let storage: FsmStorage<StateDocument>;

beforeEach(async () => {
  clock = new FakeClock();
  driver = new FaultyDriver(new MemoryDriver());
  storage = new FsmStorage(driver, { layers: [circuitBreaker({ clock })] });
  await storage.start();
});

/** The value or the error of a call that a test awaits later, so that an error before then is not an unhandled rejection. */
function resultOf(call: () => Promise<unknown>): Promise<unknown> {
  return call().catch((error: unknown) => error);
}

async function failReads(times: number, error: unknown): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    driver.failNext('read', error);
    await failureOf(() => storage.getState('a'));
  }
}

async function openCircuit(): Promise<void> {
  driver.down();
  for (let round = 0; round < 5; round += 1) await failureOf(() => storage.getState('a'));
}

describe('a circuit', () => {
  it('ER-4 opens after five consecutive failures, and then rejects without calling the backend', async () => {
    await openCircuit();
    const calls = driver.callsOf('increment');
    clock.advance(100.5);
    const refusal = await failureOf(() => storage.increment('a'));
    expect(refusal).toBeInstanceOf(CircuitOpenError);
    expect(refusal).toMatchObject({ code: 'CIRCUIT_OPEN', outcome: 'not-applied', retryAfterMs: 400 });
    expect(driver.callsOf('increment')).toBe(calls);
  });

  it('CAS-4 ignores a failure with the scope call: it is neither a failure nor a response', async () => {
    const ofOneCall = new StorageTimeoutError('behind others', { outcome: 'not-applied', scope: 'call' });
    await failReads(20, ofOneCall);
    expect(await storage.getCounter('a')).toBeNull();
    await failReads(4, new Error('ECONNRESET'));
    await failReads(1, ofOneCall);
    await failReads(1, new Error('ECONNRESET'));
    expect(await failureOf(() => storage.getCounter('a'))).toBeInstanceOf(CircuitOpenError);
    clock.advance(INTERVAL_MS);
    await failReads(1, ofOneCall);
    expect(await failureOf(() => storage.getCounter('a'))).toBeInstanceOf(CircuitOpenError);
  });

  it('takes a failure with the scope command for a response: reads are not rejected because writes are', async () => {
    const readOnly = new StorageUnavailableError('READONLY', { outcome: 'not-applied', scope: 'command' });
    await failReads(20, readOnly);
    expect(await storage.getCounter('a')).toBeNull();
    await openCircuit();
    clock.advance(INTERVAL_MS);
    driver.up();
    await failReads(1, readOnly);
    expect(await storage.getCounter('a')).toBeNull();
  });

  it('reports its changes of state, and ignores errors of the listener', async () => {
    const changes: CircuitStateChange[] = [];
    const onStateChange = (change: CircuitStateChange): void => {
      changes.push(change);
      throw new Error('from the listener');
    };
    storage = new FsmStorage(driver, { layers: [circuitBreaker({ clock, onStateChange })] });
    await storage.start();
    await openCircuit();
    clock.advance(INTERVAL_MS);
    await failureOf(() => storage.getState('a'));
    driver.up();
    clock.advance(INTERVAL_MS);
    expect(await storage.getState('a')).toBeNull();
    const backend = 'memory';
    expect(changes).toEqual([
      { backend, from: 'closed', to: 'open' },
      { backend, from: 'open', to: 'half-open' },
      { backend, from: 'half-open', to: 'open' },
      { backend, from: 'open', to: 'half-open' },
      { backend, from: 'half-open', to: 'closed' },
    ]);
  });

  it('counts failures in a row only', async () => {
    for (let round = 0; round < 10; round += 1) {
      await failReads(4, new Error('ECONNRESET'));
      await storage.getState('a');
    }
    expect(await storage.getState('a')).toBeNull();
  });

  it.each([
    ['errors of another class than FsmStorageError', new Error('ECONNRESET')],
    ['values that are not errors', 'boom'],
    ['timeouts', new StorageTimeoutError('late', { outcome: 'not-applied' })],
  ])('opens after five failures that are %s', async (_, error) => {
    await failReads(5, error);
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'CIRCUIT_OPEN' });
  });

  it('CAS-4 stays closed for every response: lost races, overflow, damage, wrong use', async () => {
    await storage.increment('full', Number.MAX_SAFE_INTEGER);
    await storage.setState('a', { n: 1 });
    await failReads(10, new CorruptStateError('damaged'));
    for (let round = 0; round < 10; round += 1) {
      expect(await storage.compareAndSet('a', {}, { expected: { n: 2 } })).toBe(false);
      expect(await failureOf(() => storage.increment('full'))).toMatchObject({ code: 'COUNTER_OVERFLOW' });
      expect(await failureOf(() => storage.getState(''))).toMatchObject({ code: 'INVALID_IDENTIFIER' });
    }
    expect(await storage.getState('a')).toEqual({ n: 1 });
  });

  it('sends one probe at a time, and closes when it succeeds', async () => {
    await openCircuit();
    driver.up();
    clock.advance(INTERVAL_MS);
    const settle = driver.delayNext('read');
    const probe = resultOf(() => storage.getState('a'));
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 500 });
    settle();
    expect(await probe).toBeNull();
    expect(await storage.getState('a')).toBeNull();
  });

  it('waits for another interval after a probe that failed', async () => {
    await openCircuit();
    clock.advance(INTERVAL_MS);
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'UNAVAILABLE' });
    driver.up();
    clock.advance(INTERVAL_MS - 1);
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 1 });
    clock.advance(1);
    expect(await storage.getState('a')).toBeNull();
  });

  it('is not locked by a probe that never settles', async () => {
    await openCircuit();
    driver.up();
    clock.advance(INTERVAL_MS);
    const settle = driver.delayNext('read');
    const lost = resultOf(() => storage.getState('a'));
    clock.advance(INTERVAL_MS);
    expect(await storage.getState('a')).toBeNull();
    settle();
    expect(await lost).toBeNull();
  });

  it('is not closed by a late response to a call from before the opening', async () => {
    const settle = driver.delayNext('readTtl');
    const early = resultOf(() => storage.getTtl('a'));
    await openCircuit();
    driver.up();
    settle();
    expect(await early).toBeUndefined();
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'CIRCUIT_OPEN' });
  });

  it('is not opened by a late failure of calls from before the closing', async () => {
    const settleAll = Array.from({ length: 9 }, () => driver.delayNext('readTtl'));
    const early = settleAll.map(() => failureOf(() => storage.getTtl('a')));
    await openCircuit();
    driver.up();
    clock.advance(INTERVAL_MS);
    await storage.getState('a');
    driver.down();
    for (const settle of settleAll) settle();
    expect(await Promise.all(early)).toEqual(early.map(() => expect.objectContaining({ code: 'UNAVAILABLE' })));
    driver.up();
    expect(await storage.getState('a')).toBeNull();
  });
});

describe('health and an open circuit', () => {
  it('HL-1 calls the backend while the circuit is open, and closes it when the backend responds', async () => {
    await openCircuit();
    expect(await storage.health()).toBe(false);
    driver.up();
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(await storage.health()).toBe(true);
    expect(await storage.getState('a')).toBeNull();
  });

  it('does not reset the number of failures, and does not open the circuit', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await storage.health()).toBe(true);
      await failReads(1, new Error('READONLY'));
    }
    expect(await failureOf(() => storage.getState('a'))).toMatchObject({ code: 'CIRCUIT_OPEN' });
    await storage.stop();
    await storage.start();
    driver.down();
    for (let round = 0; round < 9; round += 1) expect(await storage.health()).toBe(false);
    driver.up();
    expect(await storage.getState('a')).toBeNull();
  });
});

describe('a start', () => {
  it('LC-1 is never rejected, and closes the circuit', async () => {
    await openCircuit();
    await storage.stop();
    for (let round = 0; round < 9; round += 1) {
      expect(await failureOf(() => storage.start())).toMatchObject({ code: 'UNAVAILABLE' });
    }
    driver.up();
    await storage.start();
    expect(await storage.getState('a')).toBeNull();
  });
});

describe('a layer given to two storages', () => {
  it('makes a circuit for each', async () => {
    const layers = [circuitBreaker({ failures: 1, clock })];
    const otherDriver = new FaultyDriver(new MemoryDriver());
    const one = new FsmStorage(driver, { layers });
    const other = new FsmStorage(otherDriver, { layers });
    await Promise.all([one.start(), other.start()]);
    driver.failNext('read', new Error('ECONNRESET'));
    await failureOf(() => one.getState('a'));
    expect(await failureOf(() => one.getState('a'))).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(await other.getState('a')).toBeNull();
  });
});

describe('the options of circuitBreaker', () => {
  it('ER-2 are rejected in one error', async () => {
    const wrong = { failures: 0, probeIntervalMs: 0.5, clock: 5, cooldown: 1 };
    const failure = await failureOf(() => circuitBreaker(wrong as unknown as Parameters<typeof circuitBreaker>[0]));
    expect(failure).toBeInstanceOf(InvalidOptionsError);
    expect(failure).toMatchObject({
      problems: [
        'failures: expected a whole number from 1, got the number 0',
        'probeIntervalMs: expected a whole number from 1 to 2147483647, got the number 0.5',
        'clock: expected an object with now(), got the number 5',
        'cooldown: unknown option, known are failures, probeIntervalMs, onStateChange, clock',
      ],
    });
  });

  it('ER-2 are rejected when they are not an object', async () => {
    expect(await failureOf(() => circuitBreaker(5 as unknown as object))).toMatchObject({ code: 'INVALID_OPTIONS' });
  });
});
