import { Controller, Get, Inject, type INestApplication, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import request from 'supertest';
import { MemoryDriver, type StateDocument, FsmStorageModule } from 'nestjs-fsm-storage';
import { FsmStorageHealthModule, FsmStorageHealthIndicator } from 'nestjs-fsm-storage/terminus';
import { FaultyDriver } from 'nestjs-fsm-storage/testing';

const SECRET = 'redis://user:hunter2@host:6379';

@Controller('health')
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(FsmStorageHealthIndicator) private readonly storage: FsmStorageHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([
      () => this.storage.isHealthy(),
      () => this.storage.isHealthy('sessions', { name: 'sessions' }),
    ]);
  }
}

let drivers: { main: FaultyDriver<StateDocument>; sessions: FaultyDriver<StateDocument> };
let app: INestApplication<Server>;

beforeEach(async () => {
  drivers = { main: new FaultyDriver(new MemoryDriver()), sessions: new FaultyDriver(new MemoryDriver()) };
  @Module({
    imports: [
      TerminusModule.forRoot({ logger: false }),
      FsmStorageHealthModule,
      FsmStorageModule.forRoot({ backend: 'custom', storage: drivers.main, namespace: 'shop' }),
      FsmStorageModule.forRoot({ backend: 'custom', storage: drivers.sessions, name: 'sessions' }),
    ],
    controllers: [HealthController],
  })
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = module.createNestApplication<INestApplication<Server>>();
  await app.listen(0, '127.0.0.1');
});

afterEach(() => app.close());

const up = (namespace: string) => ({ status: 'up', backend: 'memory', namespace, latency: expect.any(Number) });

describe('GET /health', () => {
  it('HL-2 returns 200 with backend, namespace and latency of every storage', async () => {
    const response = await request(app.getHttpServer()).get('/health').expect(200);
    const storages = { 'fsm-storage': up('shop'), sessions: up('fsm') };
    expect(response.body).toEqual({ status: 'ok', info: storages, error: {}, details: storages });
  });

  it('HL-2 returns 503 naming the storage that is down, and 200 when it is back', async () => {
    drivers.sessions.failNext('ping', new Error(`cannot reach ${SECRET}`));
    const response = await request(app.getHttpServer()).get('/health').expect(503);
    const down = { ...up('fsm'), status: 'down', message: 'the storage does not respond' };
    expect(response.body).toEqual({
      status: 'error',
      info: { 'fsm-storage': up('shop') },
      error: { sessions: down },
      details: { 'fsm-storage': up('shop'), sessions: down },
    });
    expect(response.text).not.toContain('hunter2');
    await request(app.getHttpServer()).get('/health').expect(200);
  });

  it('HL-1 returns 503 in time while the backend hangs', async () => {
    const release = drivers.main.delayNext('ping');
    const response = await request(app.getHttpServer()).get('/health').expect(503);
    expect(response.body).toMatchObject({ error: { 'fsm-storage': { status: 'down' } } });
    release();
  });
});
