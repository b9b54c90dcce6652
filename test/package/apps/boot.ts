// An app of a consumer: it uses the storage in every phase of its life, then prints what it saw and exits.
import 'reflect-metadata';
import { Inject, Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BaseStorage, FsmStorageModule, isFsmStorageError } from 'nestjs-fsm-storage';

const seen: string[] = [];

@Injectable()
class Consumer implements OnModuleInit, OnModuleDestroy {
  readonly storage: BaseStorage;

  constructor(@Inject(BaseStorage) storage: BaseStorage) {
    this.storage = storage;
  }

  async onModuleInit(): Promise<void> {
    seen.push(`first visit ${await this.storage.increment('visits')}`);
  }

  async onModuleDestroy(): Promise<void> {
    seen.push(`last visit ${await this.storage.increment('visits')}`);
  }
}

@Module({ imports: [FsmStorageModule.forRoot({ backend: 'memory' })], providers: [Consumer] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  const { storage } = app.get(Consumer);
  await app.close();
  const afterwards = await storage.increment('visits').catch((error: unknown) => error);
  seen.push(isFsmStorageError(afterwards) ? afterwards.code : 'still started');
  console.log(JSON.stringify(seen));
}

void main();
