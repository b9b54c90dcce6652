// An app that asks for the backend of its argument and writes a state; it prints the state it reads, or the error.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BaseStorage,
  FsmStorageModule,
  type FsmStorageModuleOptions,
  MissingDependencyError,
} from 'nestjs-fsm-storage';

const options = JSON.parse(process.argv[2] ?? '{}') as FsmStorageModuleOptions;

@Module({ imports: [FsmStorageModule.forRoot(options)] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  const storage = app.get(BaseStorage);
  await storage.setState('chat:42', { name: 'Order:cart' });
  console.log(JSON.stringify({ state: await storage.getState('chat:42') }));
  await app.close();
}

main().catch((error: unknown) => {
  if (!(error instanceof MissingDependencyError)) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message }));
});
