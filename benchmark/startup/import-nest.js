/** How long Nest itself takes to import: what the package's own time is told beside. */
import { report } from './probe.js';

const startedAt = performance.now();
await import('reflect-metadata');
await import('@nestjs/common');
await import('@nestjs/core');
report(startedAt);
