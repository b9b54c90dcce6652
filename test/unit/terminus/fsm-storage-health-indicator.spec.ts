import type { DynamicModule } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import { FsmStorageHealthModule } from '../../../src/terminus/fsm-storage-health.module.js';
import { FsmStorageHealthIndicator } from '../../../src/terminus/fsm-storage.health-indicator.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';

const aLatency = expect.any(Number);

let app: TestingModule | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function createIndicator(...imports: DynamicModule[]): Promise<FsmStorageHealthIndicator> {
  app = await Test.createTestingModule({ imports: [FsmStorageHealthModule, ...imports] }).compile();
  await app.init();
  return app.get(FsmStorageHealthIndicator);
}

describe('FsmStorageHealthIndicator', () => {
  it('HL-2 reports up with backend, namespace and latency', async () => {
    const indicator = await createIndicator(FsmStorageModule.forRoot({ backend: 'memory', namespace: 'shop' }));
    expect(await indicator.isHealthy()).toEqual({
      'fsm-storage': { status: 'up', backend: 'memory', namespace: 'shop', latency: aLatency },
    });
  });

  it('HL-2 reports down while the backend does not respond, and up again afterwards', async () => {
    const driver = new FaultyDriver<StateDocument>(new MemoryDriver());
    const indicator = await createIndicator(FsmStorageModule.forRoot({ backend: 'custom', storage: driver }));
    driver.down();
    expect(await indicator.isHealthy('store')).toEqual({
      store: {
        status: 'down',
        backend: 'memory',
        namespace: 'fsm',
        latency: aLatency,
        message: 'the storage does not respond',
      },
    });
    driver.up();
    expect(await indicator.isHealthy('store')).toMatchObject({ store: { status: 'up' } });
  });

  it('HL-2 checks a named storage, a feature, or a given storage', async () => {
    const indicator = await createIndicator(
      FsmStorageModule.forRoot({ backend: 'memory', namespace: 'login', name: 'sessions' }),
      FsmStorageModule.forFeature('orders', 'sessions'),
    );
    const atHand = new MemoryStorage({ namespace: 'at-hand' });
    expect(await indicator.isHealthy('a', { name: 'sessions' })).toMatchObject({ a: { namespace: 'login' } });
    expect(await indicator.isHealthy('b', { name: 'sessions.orders' })).toMatchObject({
      b: { namespace: 'login.orders' },
    });
    expect(await indicator.isHealthy('c', { storage: atHand })).toMatchObject({
      c: { status: 'down', namespace: 'at-hand' },
    });
  });

  it('HL-2 reports down, without its words, when a storage of the app rejects against HL-1', async () => {
    const storage = Object.assign(new MemoryStorage(), {
      health: () => Promise.reject(new Error('cannot reach redis://user:secret@host')),
    });
    const indicator = await createIndicator(FsmStorageModule.forRoot({ backend: 'custom', storage }));
    const result = await indicator.isHealthy();
    expect(result['fsm-storage'].status).toBe('down');
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('ER-2 fails at the start if the app does not import TerminusModule', async () => {
    app = await Test.createTestingModule({ providers: [FsmStorageHealthIndicator] }).compile();
    await expect(app.init()).rejects.toThrow('the app does not import TerminusModule');
  });

  it('ER-2 says how to add the missing storage', async () => {
    const indicator = await createIndicator();
    await expect(indicator.isHealthy()).rejects.toThrow('the app has no default storage; add FsmStorageModule.forRoot');
    await expect(indicator.isHealthy('a', { name: 'sessions' })).rejects.toThrow(
      'the app has no storage "sessions"; add FsmStorageModule.forRoot({ …, name: \'sessions\' })',
    );
  });
});
