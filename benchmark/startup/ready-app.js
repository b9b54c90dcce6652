/** From importing the package to an app whose storage is ready, in a process that has already imported Nest. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { report } from './probe.js';

const startedAt = performance.now();
const { BaseStorage, FsmStorageModule } = await import('nestjs-fsm-storage');

class App {}
const path = process.argv[2] ?? '';
Module({ imports: [FsmStorageModule.forRoot({ backend: 'sqlite', path, driver: 'better-sqlite3' })] })(App);
const app = await NestFactory.createApplicationContext(App, { logger: false });
if (!(await app.get(BaseStorage).health())) throw new Error('the storage is not ready');
report(startedAt);
await app.close();
