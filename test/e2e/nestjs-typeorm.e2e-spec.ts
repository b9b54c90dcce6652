import { Inject, Injectable, type DynamicModule, type LoggerService } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { getDataSourceToken, TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { BaseStorage, FsmStorageModule } from 'nestjs-fsm-storage';
import { createFsmEntities, CreateFsmTablesPostgres1764300000000 } from 'nestjs-fsm-storage/typeorm';
import { useFolder, useServer } from '../support/fixtures.js';
import { startPostgresServer } from '../support/postgres-server.js';

/** Counts in every phase in which a consumer may still use the storage. */
@Injectable()
class Visits {
  constructor(@Inject(BaseStorage) readonly storage: BaseStorage) {}

  async onModuleInit(): Promise<void> {
    await this.storage.increment('visits');
  }

  async onModuleDestroy(): Promise<void> {
    await this.storage.increment('visits');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.storage.increment('visits');
  }
}

/** Nest reports failures while an app closes only to its logger. */
class Complaints implements LoggerService {
  readonly messages: unknown[] = [];
  log(): void {}
  warn(...message: unknown[]): void {
    this.messages.push(message);
  }
  error(...message: unknown[]): void {
    this.messages.push(message);
  }
}

const folder = useFolder();
const postgres = useServer(startPostgresServer);
let app: TestingModule | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** The tables come from different sources: `synchronize` uses the entities, the other database the migration. */
const DATABASES: readonly (readonly [string, () => TypeOrmModuleOptions])[] = [
  [
    'a SQLite file',
    () => ({
      type: 'better-sqlite3',
      database: join(folder(), 'app.db'),
      entities: [...createFsmEntities('better-sqlite3')],
      synchronize: true,
    }),
  ],
  [
    'Postgres',
    () => ({
      type: 'postgres',
      url: postgres().url,
      entities: [...createFsmEntities('postgres')],
      migrations: [CreateFsmTablesPostgres1764300000000],
      migrationsRun: true,
    }),
  ],
];

const storageModule = (isGlobal: boolean): DynamicModule =>
  FsmStorageModule.forRootAsync({
    inject: [getDataSourceToken()],
    useFactory: (dataSource: DataSource) => ({ backend: 'typeorm', dataSource, schema: 'verify' }),
    isGlobal,
  });

async function createApp(imports: DynamicModule[]): Promise<Complaints> {
  const complaints = new Complaints();
  app = await Test.createTestingModule({ imports, providers: [Visits] })
    .setLogger(complaints)
    .compile();
  await app.init();
  return complaints;
}

describe.each(DATABASES)('FsmStorageModule over the DataSource of @nestjs/typeorm (%s)', (_, options) => {
  it.each([
    ['before TypeOrmModule, as a global module', () => [storageModule(true), TypeOrmModule.forRoot(options())]],
    ['before TypeOrmModule', () => [storageModule(false), TypeOrmModule.forRoot(options())]],
    ['after TypeOrmModule', () => [TypeOrmModule.forRoot(options()), storageModule(false)]],
    ['after TypeOrmModule, as a global module', () => [TypeOrmModule.forRoot(options()), storageModule(true)]],
  ])('LC-3 can be used until the app has closed if imported %s', async (__, imports) => {
    const complaints = await createApp(imports());
    const dataSource = app?.get<DataSource>(getDataSourceToken());
    await app?.get(BaseStorage).clearNamespace();
    await app?.get(BaseStorage).setState('x', { name: 'kept' });
    expect(await dataSource?.getRepository('FsmState').find()).toMatchObject([{ state_json: '{"name":"kept"}' }]);
    await app?.close();
    expect(dataSource?.isInitialized).toBe(false);
    expect(complaints.messages).toEqual([]);
    await createApp(imports());
    expect(await app?.get(BaseStorage).getState('x')).toEqual({ name: 'kept' });
    expect(await app?.get(BaseStorage).getCounter('visits')).toBe(3);
  });

  it('LC-1 leaves the DataSource to the app when it stops', async () => {
    await createApp([TypeOrmModule.forRoot(options()), storageModule(false)]);
    const dataSource = app?.get<DataSource>(getDataSourceToken());
    await app?.get(BaseStorage).stop();
    expect(dataSource?.isInitialized).toBe(true);
    expect(await dataSource?.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await app?.get(BaseStorage).start();
  });
});
