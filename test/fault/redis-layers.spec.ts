import { describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { BaseStorage } from '../../src/contract/base-storage.js';
import { circuitBreaker } from '../../src/layers/circuit-breaker.js';
import { FsmStorageModule } from '../../src/nest/fsm-storage.module.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';
import { keepCalling } from '../support/outcome-count.js';

const { afterTest, stopAfterTest, openStorage } = useCleanUp();

async function codeOf(call: () => Promise<unknown>): Promise<unknown> {
  return call().then(
    () => 'none',
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );
}

async function provideServer() {
  return stopAfterTest(await startRedisServer({ persistent: true }));
}

async function startModule(options: Parameters<typeof FsmStorageModule.forRoot>[0]): Promise<BaseStorage> {
  const app: TestingModule = await Test.createTestingModule({ imports: [FsmStorageModule.forRoot(options)] }).compile();
  await app.init();
  afterTest(() => app.close());
  return app.get(BaseStorage);
}

describe('a circuit breaker in front of a real server', () => {
  it('ER-4 rejects calls while the server is down, and allows them when it is back, without a call of health()', async () => {
    const server = await provideServer();
    const storage = await openStorage(
      new RedisStorage({ url: server.url, layers: [circuitBreaker({ probeIntervalMs: 100 })] }),
    );
    await storage.setState('a', { n: 1 });
    await server.kill();
    await eventually(async () => (await codeOf(() => storage.getState('a'))) === 'CIRCUIT_OPEN');
    await server.restart();
    await eventually(async () => (await codeOf(() => storage.getState('a'))) === 'none');
    expect(await storage.getState('a')).toEqual({ n: 1 });
  });

  it('ER-4 loses no acknowledged write', async () => {
    const server = await provideServer();
    const storage = await openStorage(new RedisStorage({ url: server.url, layers: [circuitBreaker()] }));
    let isOn = true;
    const calling = keepCalling(
      10,
      () => storage.increment('total'),
      () => isOn,
    );
    await eventually(async () => (await codeOf(() => storage.getCounter('total'))) === 'none');
    await server.kill();
    await eventually(async () => (await codeOf(() => storage.getCounter('total'))) === 'CIRCUIT_OPEN');
    await server.restart();
    await eventually(async () => (await codeOf(() => storage.getCounter('total'))) === 'none');
    isOn = false;
    const outcomes = await calling;
    const total = Number(await storage.getCounter('total'));
    expect(total).toBeGreaterThanOrEqual(outcomes.acknowledged);
    expect(total).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
  });
});

describe('the module', () => {
  it('gives Redis a circuit breaker by default', async () => {
    const server = await provideServer();
    const storage = await startModule({ backend: 'redis', url: server.url });
    await server.kill();
    await eventually(async () => (await codeOf(() => storage.getState('a'))) === 'CIRCUIT_OPEN');
    await server.restart();
    await eventually(() => storage.health());
    expect(await codeOf(() => storage.getState('a'))).toBe('none');
  });

  it('gives Redis no circuit breaker if the app sets `layers`', async () => {
    const server = await provideServer();
    const storage = await startModule({ backend: 'redis', url: server.url, layers: [] });
    await server.kill();
    await eventually(async () => !(await storage.health()));
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(() => storage.getState('a'))));
    expect(codes).toEqual(codes.map(() => 'UNAVAILABLE'));
    expect(await codeOf(() => storage.getState('a'))).toBe('UNAVAILABLE');
    await server.restart();
  });
});
