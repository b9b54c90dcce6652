/** How long the package takes to import in an app that has already imported Nest. */
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import { report } from './probe.js';

const startedAt = performance.now();
await import('nestjs-fsm-storage');
report(startedAt);
