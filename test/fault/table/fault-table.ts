import { openStorage } from '../../linearizability/open-storage.js';
import { clockSteps } from './clock-steps.js';
import { REPLICATED_CASES } from './replicated-cases.js';
import type { Finding } from './finding.js';
import { type DurableServer, SERVERS } from '../../linearizability/servers.js';
import { startServerUnderTest, type ServerUnderTest } from './server-under-test.js';
import { freezeClient } from './frozen-client.js';
import { REFUSAL_CASES } from './refusal-faults.js';
import { REDIS_FAULTS } from './redis-faults.js';
import { type Lengths, SERVER_FAULTS } from './server-faults.js';
import { inTemporaryFolder, SQLITE_FAULTS } from './sqlite-faults.js';

/** One row of the table. A string in place of a finding says why the fault was not run. */
export interface FaultCase {
  readonly fault: string;
  readonly engine: string;
  /** Whether only `npm run faults` runs it: a shorter case proves the same rule. */
  readonly takesLong?: boolean;
  run(lengths: Lengths): Promise<Finding | string>;
}

const SQLITE_DRIVERS = ['better-sqlite3', 'sqlite3'] as const;
const CLOCK = 'clock of the app set one hour ahead, then two hours back';

/** Every fault on every engine that can have it. */
export const CASES: readonly FaultCase[] = [
  ...Object.entries(SERVER_FAULTS).flatMap(([fault, inject]) =>
    Object.entries(SERVERS).map(([engine, start]) => ({
      fault,
      engine,
      run: (lengths: Lengths) => withServer(start, lengths, (target) => inject(target, lengths)),
    })),
  ),
  ...Object.entries(REDIS_FAULTS).map(([fault, inject]) => ({
    fault,
    engine: 'redis',
    run: (lengths: Lengths) => withServer(SERVERS.redis, lengths, inject),
  })),
  ...Object.entries(SERVERS).map(([engine, start]) => ({
    fault: 'process of the app frozen',
    engine,
    takesLong: engine !== 'redis' && engine !== 'postgres',
    run: async (lengths: Lengths) => {
      const durable = await start();
      return freezeClient(durable, lengths).finally(() => durable.stop());
    },
  })),
  ...REFUSAL_CASES,
  ...REPLICATED_CASES,
  ...Object.entries(SQLITE_FAULTS).flatMap(([fault, inject]) =>
    SQLITE_DRIVERS.map((engine) => ({ fault, engine, run: () => inject(engine) })),
  ),
  {
    fault: CLOCK,
    engine: 'memory',
    run: () => clockSteps((clock) => openStorage({ backend: 'memory', options: { clock } })),
  },
  ...SQLITE_DRIVERS.map((engine) => ({
    fault: CLOCK,
    engine,
    run: () => inTemporaryFolder(engine, ({ open }) => clockSteps((clock) => open({ clock }))),
  })),
  ...Object.entries(SERVERS).map(([engine, start]) => ({ fault: CLOCK, engine, run: () => stepClockOf(start) })),
];

async function withServer(
  start: () => Promise<DurableServer>,
  { commandTimeout }: Lengths,
  inject: (target: ServerUnderTest) => Promise<Finding>,
): Promise<Finding> {
  const target = await startServerUnderTest(start, { commandTimeout });
  return inject(target).finally(() => target.dispose());
}

async function stepClockOf(start: () => Promise<DurableServer>): Promise<Finding> {
  const targets: ServerUnderTest[] = [];
  const finding = clockSteps(async (clock) => {
    const target = await startServerUnderTest(start, { clock });
    targets.push(target);
    return target.storage;
  });
  return finding.finally(() => Promise.all(targets.map((target) => target.dispose())));
}
