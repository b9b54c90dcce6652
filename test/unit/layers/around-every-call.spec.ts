import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTick } from 'node:timers/promises';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import type { DriverLayer } from '../../../src/contract/driver-layer.js';
import type { StorageKey } from '../../../src/contract/storage-driver.js';
import { circuitBreaker } from '../../../src/layers/circuit-breaker.js';
import { aroundEveryCall, type DriverCall } from '../../../src/layers/around-every-call.js';
import { telemetry } from '../../../src/layers/telemetry.js';
import { timeout } from '../../../src/layers/timeout.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { applyLayers } from '../../../src/storage/prepare-driver.js';
import { systemClock } from '../../../src/contract/clock.js';

const KEY: StorageKey = { namespace: 'n', kind: 'state', identifier: 'a' };

/** Notes the calls that pass, under a name. */
function noting(name: string, notes: string[]): DriverLayer {
  return {
    name,
    around: (driver) =>
      aroundEveryCall(driver, (call, proceed) => {
        notes.push(`${name} ${call.verb}`);
        return proceed();
      }),
  };
}

/** Lists without end, and knows whether it was left; that takes a turn of the event loop, as with a server. */
class EndlessDriver extends MemoryDriver {
  isLeft = false;

  override async *scan(): AsyncGenerator<string[]> {
    try {
      for (let batch = 0; ; batch += 1) yield [`${batch}`];
    } finally {
      await nextTick();
      this.isLeft = true;
    }
  }
}

describe('the layers of a storage', () => {
  it('are passed from the first to the last, for every verb', async () => {
    const notes: string[] = [];
    const storage = new MemoryStorage({ layers: [noting('outer', notes), noting('inner', notes)] });
    await storage.start();
    await storage.setState('a', {});
    await storage.getState('a');
    await storage.getStates(['a']);
    await storage.compareAndSet('a', {});
    await storage.touch('a', 5);
    await storage.getTtl('a');
    await storage.deleteState('a');
    await storage.increment('a');
    await storage.getCounter('a');
    await storage.listKeys();
    await storage.clearNamespace();
    await storage.health();
    await storage.stop();
    const inner = notes.filter((note) => note.startsWith('inner')).map((note) => note.slice('inner '.length));
    expect(notes).toEqual(inner.flatMap((verb) => [`outer ${verb}`, `inner ${verb}`]));
    expect([...new Set(inner)].sort()).toEqual(
      [
        ...['clear', 'close', 'compareAndSet', 'increment', 'open', 'ping', 'read', 'readCounter', 'readMany'],
        ...['readTtl', 'remove', 'scan', 'write', 'writeTtl'],
      ].sort(),
    );
  });

  it('change nothing where there are none', () => {
    const driver = new MemoryDriver();
    expect(applyLayers(driver, [])).toBe(driver);
  });

  it('return synchronously if the driver does', async () => {
    const layers = [telemetry({ openTelemetry: false }), circuitBreaker(), timeout({ timeoutMs: 1000 })];
    const driver = applyLayers(new MemoryDriver(), layers);
    await driver.open({ clock: systemClock, reportBackgroundError: () => {} });
    expect(driver.encoding).toBe('document');
    expect(driver.read(KEY)).toBeNull();
    await driver.close();
  });

  it('describe each call', async () => {
    const calls: DriverCall[] = [];
    const storage = new MemoryStorage({
      namespace: 'orders',
      layers: [
        {
          name: 'calls',
          around: (driver) =>
            aroundEveryCall(driver, (call, proceed) => {
              calls.push(call);
              return proceed();
            }),
        },
      ],
    });
    await storage.start();
    await storage.getStates(['a', 'b']);
    await storage.getCounter('c');
    await storage.listKeys();
    const others = calls.filter(({ verb }) => verb !== 'scan');
    expect(calls.find(({ verb }) => verb === 'scan')).toEqual({
      verb: 'scan',
      namespace: 'orders',
      kind: 'state',
    });
    expect(others).toEqual([
      { verb: 'open' },
      { verb: 'readMany', namespace: 'orders', kind: 'state', identifiers: ['a', 'b'] },
      { verb: 'readCounter', namespace: 'orders', kind: 'counter', identifiers: ['c'] },
    ]);
  });

  it('LS-4 end a listing when the caller stops iterating', async () => {
    const driver = new EndlessDriver();
    const notes: string[] = [];
    const storage = new FsmStorage(driver, { layers: [noting('layer', notes), timeout({ timeoutMs: 1000 })] });
    await storage.start();
    const seen: string[] = [];
    for await (const identifier of storage.scanKeys()) {
      seen.push(identifier);
      if (seen.length === 3) break;
    }
    expect(driver.isLeft).toBe(true);
    expect(notes.filter((note) => note === 'layer scan')).toHaveLength(3);
  });

  it('may fail a call without the driver', async () => {
    const failing: DriverLayer = {
      name: 'failing',
      around: (driver) =>
        aroundEveryCall(driver, (call, proceed) => {
          if (call.verb === 'scan') throw new Error('not today');
          return proceed();
        }),
    };
    const storage = new MemoryStorage({ layers: [failing] });
    await storage.start();
    await expect(storage.listKeys()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await storage.stop();
  });
});

describe('the option layers', () => {
  it('ER-2 reports the problem of each layer', () => {
    const layers = [timeout, {}, null, timeout({ timeoutMs: 5 })] as unknown as DriverLayer[];
    expect(() => new MemoryStorage({ layers })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        problems: [
          expect.stringMatching(/^layers\[0\]: expected a DriverLayer .*, got a function; call this function/),
          'layers[1]: expected a DriverLayer with name and around(), got an object',
          'layers[2]: expected a DriverLayer with name and around(), got null',
        ],
      }),
    );
    expect(() => new MemoryStorage({ layers: 5 as unknown as DriverLayer[] })).toThrow(/layers: expected a list of/);
  });

  it('ER-2 reports a layer that does not return a driver', () => {
    const broken = { name: 'broken', around: () => ({}) } as unknown as DriverLayer;
    expect(() => new MemoryStorage({ layers: [broken] })).toThrow(
      /layers\[0\] \(broken\) did not return a valid driver: expected a StorageDriver/,
    );
  });

  it('is read once: a list that changes later changes nothing', async () => {
    const notes: string[] = [];
    const layers: DriverLayer[] = [];
    const storage = new MemoryStorage({ layers });
    layers.push(noting('late', notes));
    await storage.start();
    await storage.stop();
    expect(notes).toEqual([]);
  });
});
