// An app that asks terminus how its storage is.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService } from '@nestjs/terminus';
import { FsmStorageModule } from 'nestjs-fsm-storage';
import { FsmStorageHealthIndicator, FsmStorageHealthModule } from 'nestjs-fsm-storage/terminus';

@Module({ imports: [FsmStorageModule.forRoot({ backend: 'memory' }), FsmStorageHealthModule] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  const indicator = app.get(FsmStorageHealthIndicator);
  const health = await app.get(HealthCheckService, { strict: false }).check([() => indicator.isHealthy()]);
  console.log(JSON.stringify(health));
  await app.close();
}

void main();
