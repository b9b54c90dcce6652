import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { BaseStorage } from '../../src/contract/base-storage.js';
import { CircuitOpenError } from '../../src/errors/backend-errors.js';
import { monotonicClock } from '../../src/contract/clock.js';
import { FsmStorageModule } from '../../src/nest/fsm-storage.module.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { failureOf } from '../support/fixtures.js';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.js';

const PROBE_INTERVAL_MS = 500;

let server: PostgresServer;
let dataSource: DataSource;
let app: TestingModule;
let storage: BaseStorage;
/** The clock of the module's breaker, for which the module has no option. */
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock(0);
  jest.spyOn(monotonicClock, 'now').mockImplementation(() => clock.now());
  server = await startPostgresServer();
  dataSource = await new DataSource({ type: 'postgres', url: server.url, logging: false }).initialize();
  const root = FsmStorageModule.forRoot({ backend: 'typeorm', dataSource });
  app = await Test.createTestingModule({ imports: [root] }).compile();
  await app.init();
  storage = app.get(BaseStorage);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await app.close();
  await dataSource.destroy();
  await server.stop();
});

/** The error of a call that the breaker lets through while the server is down. */
const OUTAGE = expect.objectContaining({ code: 'UNAVAILABLE', outcome: 'not-applied' });

/** Makes as many calls as open the circuit; each of them reaches for the server. */
async function openCircuit(): Promise<void> {
  for (let call = 1; call <= 5; call += 1) expect(await failureOf(() => storage.getState('a'))).toEqual(OUTAGE);
}

describe("the module over an app's DataSource, while its Postgres is down", () => {
  it('ER-4 rejects calls after five failures, and says when it tries again', async () => {
    await server.kill();
    await openCircuit();
    clock.advance(100);
    const refusal = await failureOf(() => storage.increment('n'));
    expect(refusal).toBeInstanceOf(CircuitOpenError);
    expect(refusal).toMatchObject({ outcome: 'not-applied', retryAfterMs: PROBE_INTERVAL_MS - 100 });
    expect(refusal).toHaveProperty('message', expect.stringContaining('the postgres backend'));
  });

  it('ER-4 works again after the first probe once the server is back, without a call of health', async () => {
    await Promise.all(Array.from({ length: 5 }, (_, index) => storage.setState(`${index}`, { kept: index })));
    await server.kill();
    await openCircuit();
    clock.advance(PROBE_INTERVAL_MS);
    expect(await failureOf(() => storage.getState('0'))).toEqual(OUTAGE);
    await server.restart();
    clock.advance(PROBE_INTERVAL_MS - 1);
    expect(await failureOf(() => storage.getState('0'))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 1 });
    clock.advance(1);
    expect(await storage.getState('0')).toEqual({ kept: 0 });
    expect(await storage.getStates(['1', '2', '3', '4'])).toEqual([1, 2, 3, 4].map((kept) => ({ kept })));
  });
});
