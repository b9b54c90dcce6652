import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { systemClock } from '../../../src/contract/clock.js';
import type { DriverVerb } from '../../../src/contract/operations.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import type { StorageDriver, StorageKey } from '../../../src/contract/storage-driver.js';
import { CorruptStateError } from '../../../src/errors/outcome-errors.js';
import { circuitBreaker } from '../../../src/layers/circuit-breaker.js';
import { applyLayers } from '../../../src/storage/prepare-driver.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';
import { failureOf } from '../../support/fixtures.js';

const KEY: StorageKey = { namespace: 'orders', kind: 'state', identifier: 'a' };

let clock: FakeClock;
let driver: FaultyDriver<StateDocument>;

beforeEach(() => {
  clock = new FakeClock();
  driver = new FaultyDriver(new MemoryDriver());
});

afterEach(() => void jest.restoreAllMocks());

async function opened(...breakers: Parameters<typeof circuitBreaker>[0][]): Promise<StorageDriver<StateDocument>> {
  const layered = applyLayers(
    driver,
    breakers.map((options) => circuitBreaker({ clock, ...options })),
  );
  await layered.open({ clock: systemClock, reportBackgroundError: () => {} });
  return layered;
}

async function fail(verb: DriverVerb, times: number, call: () => unknown): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    driver.failNext(verb, new Error('ECONNRESET'));
    expect(await failureOf(call)).toBeInstanceOf(Error);
  }
}

describe('the failures that a circuit breaker counts', () => {
  it('ER-4 a response in the form of an error resets the number of failures', async () => {
    const layered = await opened({ failures: 2 });
    for (let round = 0; round < 3; round += 1) {
      await fail('read', 1, () => layered.read(KEY));
      driver.failNext('read', new CorruptStateError('damaged'));
      expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CORRUPT_STATE' });
    }
    expect(await layered.read(KEY)).toBeNull();
  });

  it('a refusal of a breaker below is a failure of the backend', async () => {
    const layered = await opened({ failures: 2, probeIntervalMs: 5000 }, { failures: 1, probeIntervalMs: 100 });
    await fail('read', 1, () => layered.read(KEY));
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 100 });
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 5000 });
  });

  it('a driver that throws at once has failed as well', async () => {
    class Throwing extends MemoryDriver {
      override read(): never {
        throw new Error('disk I/O error');
      }
    }
    const layered = applyLayers(new Throwing(), [circuitBreaker({ failures: 1, clock })]);
    await layered.open({ clock: systemClock, reportBackgroundError: () => {} });
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ message: 'disk I/O error' });
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN' });
  });

  it('sweeping neither opens nor closes the circuit, and is never rejected', async () => {
    const layered = await opened({ failures: 2 });
    await fail('read', 1, () => layered.read(KEY));
    await fail('sweep', 5, () => layered.sweep(10));
    expect(await layered.sweep(10)).toBe(0);
    await fail('read', 1, () => layered.read(KEY));
    expect(await layered.sweep(10)).toBe(0);
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN' });
    clock.advance(500);
    expect(await layered.sweep(10)).toBe(0);
    await fail('read', 1, () => layered.read(KEY));
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN' });
  });

  it('HL-1 a late response to a ping from before the opening does not close the circuit', async () => {
    const layered = await opened({ failures: 1 });
    const settle = driver.delayNext('ping');
    const ping = layered.ping();
    await fail('read', 1, () => layered.read(KEY));
    settle();
    await ping;
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN' });
  });
});

describe('a probe that fails late', () => {
  /** Opens the circuit and begins a probe, which fails when the returned function is called. */
  async function probing(layered: StorageDriver<StateDocument>) {
    await fail('read', 1, () => layered.read(KEY));
    clock.advance(500);
    const settle = driver.delayNext('read');
    const failure = failureOf(() => layered.read(KEY));
    return async (): Promise<void> => {
      driver.down();
      settle();
      expect(await failure).toMatchObject({ code: 'UNAVAILABLE' });
      driver.up();
    };
  }

  it('begins an interval when it fails, not when it began', async () => {
    const layered = await opened({ failures: 1 });
    const failProbe = await probing(layered);
    clock.advance(300);
    await failProbe();
    clock.advance(499);
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 1 });
    clock.advance(1);
    expect(await layered.read(KEY)).toBeNull();
  });

  it('opens nothing that the next probe has closed', async () => {
    const layered = await opened({ failures: 1 });
    const failProbe = await probing(layered);
    clock.advance(500);
    expect(await layered.read(KEY)).toBeNull();
    await failProbe();
    expect(await layered.read(KEY)).toBeNull();
  });

  it('leaves the decision to the next probe under way', async () => {
    const layered = await opened({ failures: 1 });
    const failProbe = await probing(layered);
    clock.advance(500);
    const settle = driver.delayNext('read');
    const next = layered.read(KEY);
    await failProbe();
    settle();
    expect(await next).toBeNull();
    expect(await layered.read(KEY)).toBeNull();
  });
});

describe('a refusal', () => {
  it('ER-4 reports the rejected call, the backend, that nothing changed, and when to try again', async () => {
    const layered = await opened({ failures: 1 });
    await fail('read', 1, () => layered.read(KEY));
    clock.advance(200);
    const { message } = (await failureOf(() => layered.remove(KEY))) as Error;
    expect(message).toMatch(/^remove: the memory backend .* nothing was changed\. Try again in 300 ms\.$/);
  });
});

describe('the time of a circuit breaker', () => {
  it('is that of the process: a wall clock that is set changes nothing', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1000);
    const wall = jest.spyOn(Date, 'now').mockReturnValue(1000);
    const layered = await opened({ failures: 1, clock: undefined });
    await fail('read', 1, () => layered.read(KEY));
    wall.mockReturnValue(1_000_000);
    expect(await failureOf(() => layered.read(KEY))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 500 });
    wall.mockReturnValue(0);
    now.mockReturnValue(1500);
    expect(await layered.read(KEY)).toBeNull();
  });
});
