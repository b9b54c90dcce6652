import { openStorage } from '../histories/open-storage.js';
import { clockSteps } from './clock-steps.js';
import type { Finding } from './finding.js';
import { admit, type ServerPatient, type Ward, WARDS } from './patients.js';
import { REDIS_FAULTS } from './redis-faults.js';
import { type Lengths, SERVER_FAULTS } from './server-faults.js';
import { inFolder, SQLITE_FAULTS } from './sqlite-faults.js';

/** One row of the table. A sentence in a finding's place tells why it was not brought about. */
export interface Case {
  readonly fault: string;
  readonly engine: string;
  bringAbout(lengths: Lengths): Promise<Finding | string>;
}

const SQLITE_DRIVERS = ['better-sqlite3', 'sqlite3'] as const;
const CLOCK = 'clock of the app set an hour on, then two back';

/** Every fault on every engine that can have it. */
export const CASES: readonly Case[] = [
  ...Object.entries(SERVER_FAULTS).flatMap(([fault, hurt]) =>
    Object.entries(WARDS).map(([engine, open]) => ({
      fault,
      engine,
      bringAbout: (lengths: Lengths) => withPatient(open, (patient) => hurt(patient, lengths)),
    })),
  ),
  ...Object.entries(REDIS_FAULTS).map(([fault, hurt]) => ({
    fault,
    engine: 'redis',
    bringAbout: () => withPatient(WARDS.redis, hurt),
  })),
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
  ...Object.entries(WARDS).map(([engine, open]) => ({ fault: CLOCK, engine, bringAbout: () => stepClockOf(open) })),
];

async function withPatient(
  open: () => Promise<Ward>,
  hurt: (patient: ServerPatient) => Promise<Finding>,
): Promise<Finding> {
  const patient = await admit(open);
  return hurt(patient).finally(() => patient.discharge());
}

async function stepClockOf(open: () => Promise<Ward>): Promise<Finding> {
  const patients: ServerPatient[] = [];
  const finding = clockSteps(async (clock) => {
    const patient = await admit(open, { clock });
    patients.push(patient);
    return patient.storage;
  });
  return finding.finally(() => Promise.all(patients.map((patient) => patient.discharge())));
}
