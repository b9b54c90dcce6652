/** How long Nest itself takes to import, for comparison with the package's own time. */
import { report } from './probe.js';

const startedAt = performance.now();
await import('reflect-metadata');
await import('@nestjs/common');
await import('@nestjs/core');
report(startedAt);
