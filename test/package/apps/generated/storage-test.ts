// A test as a user of Nest's CLI writes it: for jest in Nest 11, for vitest in Nest 12.
import { Test } from '@nestjs/testing';
import { BaseStorage, FsmStorageModule, getFsmStorageToken, InvalidIdentifierError } from 'nestjs-fsm-storage';
import { FsmStorage, MemoryStorage } from 'nestjs-fsm-storage/core';
import { RedisStorage } from 'nestjs-fsm-storage/redis';
import { FsmStorageHealthIndicator, FsmStorageHealthModule } from 'nestjs-fsm-storage/terminus';
import { FakeClock } from 'nestjs-fsm-storage/testing';
import { SqliteStorage } from 'nestjs-fsm-storage/typeorm';

describe('the storage', () => {
  it('is injected, counts and stops with the app', async () => {
    const imports = [FsmStorageModule.forRoot({ backend: 'memory' }), FsmStorageHealthModule];
    const app = await Test.createTestingModule({ imports }).compile();
    await app.init();
    const storage = app.get(BaseStorage);
    expect(await storage.increment('visits')).toBe(1);
    await storage.setState('chat', { name: 'Order:cart' });
    expect(await app.get(FsmStorageHealthIndicator).isHealthy()).toMatchObject({ 'fsm-storage': { status: 'up' } });
    await app.close();
    await expect(storage.getState('chat')).rejects.toMatchObject({ code: 'NOT_STARTED' });
  });

  it('is replaced in a test by a storage of ./core', async () => {
    const builder = Test.createTestingModule({
      imports: [FsmStorageModule.forRoot({ backend: 'redis', url: 'redis://127.0.0.1:1' })],
    });
    const clock = new FakeClock();
    const app = await builder.overrideProvider(getFsmStorageToken()).useValue(new MemoryStorage({ clock })).compile();
    await app.init();
    expect(app.get(BaseStorage)).toBeInstanceOf(FsmStorage);
    await expect(app.get(BaseStorage).getState('')).rejects.toBeInstanceOf(InvalidIdentifierError);
    await app.close();
  });

  it('has the same base class in every entry', () => {
    expect(new RedisStorage({ url: 'redis://127.0.0.1' })).toBeInstanceOf(BaseStorage);
    expect(new SqliteStorage({ path: 'fsm.db' })).toBeInstanceOf(BaseStorage);
  });
});
