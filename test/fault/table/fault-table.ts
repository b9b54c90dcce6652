import { openStorage } from '../../linearizability/open-storage.js';
import { clockSteps } from './clock-steps.js';
import { GROUP_CASES } from './group-cases.js';
import type { Finding } from './finding.js';
import { type DurableServer, SERVERS } from '../../linearizability/servers.js';
import { admit, type ServerUnderTest } from './server-under-test.js';
import { REDIS_FAULTS } from './redis-faults.js';
import { type Lengths, SERVER_FAULTS } from './server-faults.js';
import { inFolder, SQLITE_FAULTS } from './sqlite-faults.js';

/** One row of the table. A sentence in a finding's place tells why it was not brought about. */
export interface Case {
  readonly fault: string;
  readonly engine: string;
  /** Whether it is for `npm run faults` only: what it shows of a rule, a shorter one shows too. */
  readonly takesLong?: boolean;
  bringAbout(lengths: Lengths): Promise<Finding | string>;
}

const SQLITE_DRIVERS = ['better-sqlite3', 'sqlite3'] as const;
const CLOCK = 'clock of the app set an hour on, then two back';

/** Every fault on every engine that can have it. */
export const CASES: readonly Case[] = [
  ...Object.entries(SERVER_FAULTS).flatMap(([fault, hurt]) =>
    Object.entries(SERVERS).map(([engine, start]) => ({
      fault,
      engine,
      bringAbout: (lengths: Lengths) => withPatient(start, lengths, (patient) => hurt(patient, lengths)),
    })),
  ),
  ...Object.entries(REDIS_FAULTS).map(([fault, hurt]) => ({
    fault,
    engine: 'redis',
    bringAbout: (lengths: Lengths) => withPatient(SERVERS.redis, lengths, hurt),
  })),
  ...GROUP_CASES,
  ...Object.entries(SQLITE_FAULTS).flatMap(([fault, hurt]) =>
    SQLITE_DRIVERS.map((engine) => ({ fault, engine, bringAbout: () => hurt(engine) })),
  ),
  {
    fault: CLOCK,
    engine: 'memory',
    bringAbout: () => clockSteps((clock) => openStorage({ backend: 'memory', options: { clock } })),
  },
  ...SQLITE_DRIVERS.map((engine) => ({
    fault: CLOCK,
    engine,
    bringAbout: () => inFolder(engine, ({ open }) => clockSteps((clock) => open({ clock }))),
  })),
  ...Object.entries(SERVERS).map(([engine, start]) => ({ fault: CLOCK, engine, bringAbout: () => stepClockOf(start) })),
];

async function withPatient(
  start: () => Promise<DurableServer>,
  { commandTimeout }: Lengths,
  hurt: (patient: ServerUnderTest) => Promise<Finding>,
): Promise<Finding> {
  const patient = await admit(start, { commandTimeout });
  return hurt(patient).finally(() => patient.discharge());
}

async function stepClockOf(start: () => Promise<DurableServer>): Promise<Finding> {
  const patients: ServerUnderTest[] = [];
  const finding = clockSteps(async (clock) => {
    const patient = await admit(start, { clock });
    patients.push(patient);
    return patient.storage;
  });
  return finding.finally(() => Promise.all(patients.map((patient) => patient.discharge())));
}
