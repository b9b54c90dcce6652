// An app that a bundler puts into one file. For each of the options in its argument it prints the state that it reads, or
// the code and the message of the error.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { BaseStorage, FsmStorageModule, type FsmStorageModuleOptions, isFsmStorageError } from 'nestjs-fsm-storage';

async function visit(options: FsmStorageModuleOptions): Promise<unknown> {
  const module = FsmStorageModule.forRoot(options);
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const storage = app.get(BaseStorage);
  await storage.setState('chat:42', { name: 'Order:cart' });
  const state = await storage.getState('chat:42');
  await app.close();
  return state;
}

async function main(): Promise<void> {
  const results: unknown[] = [];
  for (const options of JSON.parse(process.argv[2] ?? '[]') as FsmStorageModuleOptions[]) {
    const failed = (error: unknown): unknown => {
      if (!isFsmStorageError(error)) throw error;
      return { name: error.name, message: error.message };
    };
    results.push(await visit(options).catch(failed));
  }
  console.log(JSON.stringify(results));
}

void main();
