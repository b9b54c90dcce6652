// Calls one engine for a long time, restarts it again and again, and reports what grew and what was lost:
//   npm run soak -- --minutes 10 --engine redis
import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import { engineNamed, type RunningEngine } from './engines.js';
import { retry } from './retry.js';
import { openStorage } from './open-storage.js';
import { SoakLoad } from './soak-load.js';

/** What this process holds when nothing is going on, after one round. */
interface Sample {
  readonly heapBytes: number;
  /** Sockets, timers and other work of the event loop. */
  readonly resources: number;
  /** Open files of the operating system, sockets included; 0 where it does not say. */
  readonly files: number;
}

const ROUNDS_PER_MINUTE = 6;
const FEWEST_ROUNDS = 8;
/** What compiled code and filled caches may take; a leak of one object a call takes more within a minute. */
const MOST_HEAP_GROWTH = 8 * 1024 * 1024;
const MOST_HANDLE_GROWTH = 4;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, engine: { type: 'string', default: 'redis' } },
});
process.exitCode = await soak(values.engine, Number(values.minutes));

async function soak(name: string, minutes: number): Promise<number> {
  const running = await engineNamed(name).start();
  const storage = await openStorage(running.storage);
  try {
    await retry(() => storage.start());
    const rounds = Math.max(FEWEST_ROUNDS, Math.round(minutes * ROUNDS_PER_MINUTE));
    const load = new SoakLoad(storage);
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await runRound(running, storage, load, { round, milliseconds: (minutes * 60_000) / rounds });
      samples.push(takeSample());
    }
    const problems = [...(await load.findWrongCounters()), ...findGrowth(samples)];
    report(name, load, samples, problems);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await storage.stop();
    await running.stop();
  }
}

/** Half of a round, a restart, and the other half. */
async function runRound(
  running: RunningEngine,
  storage: BaseStorage,
  load: SoakLoad,
  { round, milliseconds }: { readonly round: number; readonly milliseconds: number },
): Promise<void> {
  let isOver = false;
  const calls = load.run(() => !isOver);
  await Promise.race([calls, pause(milliseconds / 2)]);
  await restart(running, storage, round);
  await Promise.race([calls, pause(milliseconds / 2)]);
  isOver = true;
  await calls;
  await untilHealthy(storage);
}

/** The server where there is one, and in turns with it the storage. */
async function restart({ server }: RunningEngine, storage: BaseStorage, round: number): Promise<void> {
  if (server !== undefined && round % 2 === 0) {
    await server.kill();
    await server.restart();
  } else {
    await storage.stop();
    await retry(() => storage.start());
  }
}

async function untilHealthy(storage: BaseStorage): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await storage.health())) {
    if (Date.now() > deadline) throw new Error('The storage did not come back within 20 s.');
    await pause(10);
  }
}

function takeSample(): Sample {
  if (globalThis.gc === undefined) throw new Error('Start node with --expose-gc, as `npm run soak` does.');
  globalThis.gc();
  return {
    heapBytes: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
    files: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
  };
}

/** From the second third, when all is warm, to the last one. */
function findGrowth(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3);
  const [before, after] = [samples.slice(third, 2 * third), samples.slice(-third)];
  const growthOf = (measure: keyof Sample): number =>
    Math.min(...after.map((sample) => sample[measure])) - Math.max(...before.map((sample) => sample[measure]));
  const problems: string[] = [];
  if (growthOf('heapBytes') > MOST_HEAP_GROWTH) problems.push(`the heap grew by ${growthOf('heapBytes')} bytes`);
  for (const measure of ['resources', 'files'] as const) {
    if (growthOf(measure) > MOST_HANDLE_GROWTH) problems.push(`${measure} grew by ${growthOf(measure)}`);
  }
  return problems;
}

function report(name: string, load: SoakLoad, samples: readonly Sample[], problems: readonly string[]): void {
  const list = (measure: keyof Sample, unit: number): string =>
    samples.map((sample) => (sample[measure] / unit).toFixed(unit === 1 ? 0 : 1)).join(' ');
  const lines = [
    `${name}: ${load.succeeded} calls succeeded, ${load.failed} failed, ${load.unknownIncrements} increments of unknown outcome`,
    `  heap after each round, MiB: ${list('heapBytes', 1024 * 1024)}`,
    `  resources: ${list('resources', 1)}`,
    `  open files: ${list('files', 1)}`,
    ...(problems.length === 0
      ? ['  counters exact, nothing grew']
      : problems.map((problem) => `  PROBLEM: ${problem}`)),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
