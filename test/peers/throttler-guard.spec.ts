import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import request from 'supertest';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import { getFsmStorageToken } from '../../src/contract/storage-token.js';
import { FsmStorageModule } from '../../src/nest/fsm-storage.module.js';
import { FsmThrottlerStorage } from '../../src/adapters/throttler/fsm-throttler-storage.js';

@Controller()
class PingController {
  @Get()
  ping(): string {
    return 'pong';
  }
}

@Module({
  imports: [
    FsmStorageModule.forRoot({ backend: 'memory' }),
    ThrottlerModule.forRootAsync({
      imports: [FsmStorageModule.forFeature('throttler')],
      inject: [getFsmStorageToken('throttler')],
      useFactory: (storage: BaseStorage) => ({
        throttlers: [{ ttl: 60_000, limit: 2, blockDuration: 120_000 }],
        storage: new FsmThrottlerStorage(storage),
      }),
    }),
  ],
  controllers: [PingController],
  providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
})
class AppModule {}

let app: INestApplication<Server> | undefined;

afterEach(() => app?.close());

describe("@nestjs/throttler's guard on FsmThrottlerStorage", () => {
  it('returns 429 with Retry-After to the request over the limit', async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication<INestApplication<Server>>();
    await app.init();
    const client = request(app.getHttpServer());
    await client.get('/').expect(200).expect('x-ratelimit-remaining', '1').expect('x-ratelimit-reset', '60');
    await client.get('/').expect(200).expect('x-ratelimit-remaining', '0');
    const refused = await client.get('/').expect(429);
    expect(refused.headers['retry-after']).toBe('120');
  });
});
