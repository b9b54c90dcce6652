import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryDriver } from '../../src/backends/memory/memory.driver.js';
import { CircuitOpenError, StorageUnavailableError } from '../../src/errors/backend-errors.js';
import { circuitBreaker } from '../../src/layers/circuit-breaker.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { CircuitModel, type ModelCall } from '../support/circuit-model.js';

const PROBE_INTERVAL_MS = 100;

/** `settle` ends the pending call with that index, if there is one. */
type Step =
  | { readonly kind: 'call' }
  | { readonly kind: 'settle'; readonly index: number; readonly isOk: boolean }
  | { readonly kind: 'wait'; readonly milliseconds: number };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'call' }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('settle' as const), index: fc.nat({ max: 3 }), isOk: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.constantFrom(1, 60, 99, 100, 250) }),
  },
);

/** A driver whose reads stay pending until the test settles them. */
class ManualDriver extends MemoryDriver {
  readonly pendingReads: ((isOk: boolean) => void)[] = [];

  override read(): never {
    const pending = new Promise<null>((resolve, reject) => {
      const failure = new StorageUnavailableError('down', { outcome: 'not-applied' });
      this.pendingReads.push((isOk) => (isOk ? resolve(null) : reject(failure)));
    });
    return pending as never;
  }
}

describe('circuitBreaker', () => {
  it('ER-4 allows and rejects exactly the calls that its model does, in any order of events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(STEP, { maxLength: 60, size: 'max' }), runBoth),
      {
        numRuns: 500,
      },
    );
  });
});

async function runBoth(failures: number, steps: readonly Step[]): Promise<void> {
  const clock = new FakeClock(0);
  const driver = new ManualDriver();
  const model = new CircuitModel({ failures, probeIntervalMs: PROBE_INTERVAL_MS });
  const storage = new FsmStorage(driver, {
    layers: [circuitBreaker({ failures, probeIntervalMs: PROBE_INTERVAL_MS, clock })],
  });
  await storage.start();
  const pendingCalls: {
    readonly call: ModelCall;
    readonly end: (isOk: boolean) => void;
    readonly done: Promise<unknown>;
  }[] = [];
  for (const step of steps) {
    if (step.kind === 'wait') {
      clock.advance(step.milliseconds);
      model.now += step.milliseconds;
    } else if (step.kind === 'call') {
      const call = model.start();
      const done = storage.getState('a').catch((error: unknown) => error);
      const end = driver.pendingReads.pop();
      expect(end !== undefined).toBe(call !== undefined);
      if (call !== undefined && end !== undefined) pendingCalls.push({ call, end, done });
      else expect(await done).toBeInstanceOf(CircuitOpenError);
    } else {
      const [ended] = pendingCalls.splice(step.index, 1);
      ended?.end(step.isOk);
      await ended?.done;
      if (ended !== undefined) model.end(ended.call, step.isOk);
    }
  }
  for (const { end } of pendingCalls) end(true);
  await Promise.all(pendingCalls.map(({ done }) => done));
  await storage.stop();
}
