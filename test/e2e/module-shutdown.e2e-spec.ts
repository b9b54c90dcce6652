import { Controller, Get, Inject, type INestApplication, Module, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once, EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import request from 'supertest';
import { MemoryDriver, BaseStorage, type StateDocument, FsmStorageModule } from 'nestjs-fsm-storage';
import { FaultyDriver } from 'nestjs-fsm-storage/testing';

const events = new EventEmitter();

@Controller('visits')
class VisitsController {
  constructor(@Inject(BaseStorage) private readonly storage: BaseStorage) {}

  @Post()
  async visit(): Promise<{ visits: number }> {
    return { visits: await this.storage.increment('visits') };
  }

  /** Writes only once the app is closing. */
  @Get('slow')
  async slow(): Promise<{ visits: number }> {
    const resumed = once(events, 'resume');
    events.emit('arrived');
    await resumed;
    return this.visit();
  }
}

let driver: FaultyDriver<StateDocument>;
let app: INestApplication<Server>;

beforeEach(async () => {
  driver = new FaultyDriver(new MemoryDriver());
  @Module({
    imports: [FsmStorageModule.forRoot({ backend: 'custom', storage: driver })],
    controllers: [VisitsController],
    providers: [{ provide: 'closing', useValue: { beforeApplicationShutdown: () => events.emit('closing') } }],
  })
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = module.createNestApplication<INestApplication<Server>>();
  await app.listen(0, '127.0.0.1');
});

afterEach(() => app.close());

describe('an app that is shut down', () => {
  it('LC-3 completes the request in flight with the storage still open, then closes it', async () => {
    await request(app.getHttpServer()).post('/visits').expect(201, { visits: 1 });
    const [arrived, closing] = [once(events, 'arrived'), once(events, 'closing')];
    const response = request(app.getHttpServer())
      .get('/visits/slow')
      .set('connection', 'close')
      .then((response) => response.body as unknown);
    await arrived;
    const closed = app.close();
    await closing;
    events.emit('resume');
    expect(await response).toEqual({ visits: 2 });
    await closed;
    expect(driver.callsOf('close')).toBe(1);
  });

  it('LC-1 stops the storage once when it is closed twice', async () => {
    await Promise.all([app.close(), app.close()]);
    expect(driver.callsOf('close')).toBe(1);
  });
});
