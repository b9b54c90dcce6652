import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { readSettings } from './settings/settings.js';
import { describeStartFailure } from './start-failure.js';

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(settings), {
    abortOnError: false,
    bodyParser: false,
    // A client that keeps its connection open must not delay the shutdown.
    forceCloseConnections: true,
  });
  app.useBodyParser('text', { type: () => true, limit: '16kb' });
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  await app.listen(settings.port);
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  new Logger('OrderBot').log(`Listening on ${url}, storing in ${settings.storage}`);
}

start().catch((error: unknown) => {
  console.error(describeStartFailure(error, process.env));
  process.exit(1);
});
