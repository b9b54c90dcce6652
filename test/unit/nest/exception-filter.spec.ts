import { Controller, Get, type INestApplication, Param } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { lastValueFrom, type Observable } from 'rxjs';
import request from 'supertest';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { BaseStorage } from '../../../src/contract/base-storage.js';
import { CircuitOpenError, StorageTimeoutError, StorageUnavailableError } from '../../../src/errors/backend-errors.js';
import { ContentionError, CorruptStateError, CounterOverflowError } from '../../../src/errors/outcome-errors.js';
import { StateTooLargeError } from '../../../src/errors/usage-errors.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import { FsmStorageExceptionFilter } from '../../../src/nest/fsm-storage.exception-filter.js';
import { FsmStorage } from '../../../src/storage/fsm-storage.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';

@Controller('states')
class StatesController {
  readonly #storage: BaseStorage;

  constructor(storage: BaseStorage) {
    this.#storage = storage;
  }

  @Get()
  fail(): never {
    throw new TypeError('not of the storage');
  }

  @Get(':identifier')
  async read(@Param('identifier') identifier: string): Promise<unknown> {
    return { state: await this.#storage.getState(identifier) };
  }
}

let driver: FaultyDriver<unknown>;
let app: INestApplication<Server>;

beforeEach(async () => {
  driver = new FaultyDriver(new MemoryDriver());
  const module = await Test.createTestingModule({
    imports: [FsmStorageModule.forRoot({ backend: 'custom', storage: new FsmStorage(driver) })],
    controllers: [StatesController],
    providers: [{ provide: APP_FILTER, useClass: FsmStorageExceptionFilter }],
  }).compile();
  app = module.createNestApplication<INestApplication<Server>>({ logger: false });
  await app.init();
});
afterEach(() => app.close());

describe('the responses of FsmStorageExceptionFilter', () => {
  it('are 400 for an identifier that is wrong, with what was expected', async () => {
    const response = await request(app.getHttpServer())
      .get(`/states/${'x'.repeat(513)}`)
      .expect(400);
    expect(response.body).toMatchObject({
      statusCode: 400,
      code: 'INVALID_IDENTIFIER',
      message: expect.stringContaining('512'),
    });
  });

  const notApplied = { outcome: 'not-applied' } as const;

  it.each([
    [503, 'a backend that is down', new StorageUnavailableError('db.internal:5432', notApplied), '1'],
    [503, 'a backend that is too slow', new StorageTimeoutError('db.internal:5432', notApplied), '1'],
    [503, 'an open circuit', new CircuitOpenError('db.internal:5432', { retryAfterMs: 2100 }), '3'],
  ])('are %i with Retry-After for %s, without a detail of the backend', async (status, _, error, retryAfter) => {
    driver.failNext('read', error);
    const response = await request(app.getHttpServer()).get('/states/a').expect(status);
    expect(response.headers['retry-after']).toBe(retryAfter);
    expect(response.body).toMatchObject({ statusCode: status, code: error.code });
    expect(response.text).not.toContain('db.internal');
    expect(response.text).toContain('Nothing was changed');
  });

  it('say that the request may have been applied when the reply was lost', async () => {
    driver.failNext('read', new StorageTimeoutError('no reply', { outcome: 'unknown' }));
    const { text } = await request(app.getHttpServer()).get('/states/a').expect(503);
    expect(text).toContain('may have been applied');
  });

  it.each([
    { status: 409, error: new ContentionError('others kept writing') },
    { status: 409, error: new CounterOverflowError('at the limit') },
    { status: 413, error: new StateTooLargeError('2 MiB') },
  ])('are $status with the message of the error for $error.code', async ({ status, error }) => {
    driver.failNext('read', error);
    const response = await request(app.getHttpServer()).get('/states/a').expect(status);
    expect(response.body).toEqual({ statusCode: status, code: error.code, message: error.message });
    expect(response.headers).not.toHaveProperty('retry-after');
  });

  it('are 500 for a damaged state, without the message', async () => {
    driver.failNext('read', new CorruptStateError('the state "a" is damaged'));
    const response = await request(app.getHttpServer()).get('/states/a').expect(500);
    expect(response.body).toEqual({ statusCode: 500, code: 'CORRUPT_STATE', message: 'Internal server error' });
  });

  it('leave other errors to Nest', async () => {
    const response = await request(app.getHttpServer()).get('/states').expect(500);
    expect(response.body).not.toHaveProperty('code');
  });
});

describe('FsmStorageExceptionFilter outside HTTP', () => {
  const error = new StorageUnavailableError('db.internal:5432', { outcome: 'not-applied' });
  const hostOf = (type: string, client?: object): never =>
    ({ getType: () => type, switchToWs: () => ({ getClient: () => client }) }) as never;

  it('passes the error on in a microservice', async () => {
    const filter = new FsmStorageExceptionFilter(undefined as never);
    await expect(lastValueFrom(filter.catch(error, hostOf('rpc')) as Observable<never>)).rejects.toBe(error);
  });

  it('passes the error on in GraphQL', () => {
    const filter = new FsmStorageExceptionFilter(undefined as never);
    expect(() => filter.catch(error, hostOf('graphql'))).toThrow(error);
  });

  it('sends the body to a WebSocket client as the event exception', () => {
    const sent: unknown[] = [];
    const client = { emit: (...event: unknown[]) => sent.push(event) };
    new FsmStorageExceptionFilter(undefined as never).catch(error, hostOf('ws', client));
    expect(sent).toEqual([['exception', expect.objectContaining({ statusCode: 503, code: 'UNAVAILABLE' })]]);
  });
});
