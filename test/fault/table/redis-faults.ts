import { Redis } from 'ioredis';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { type Finding, findingOf } from './finding.js';
import { ObservedLoad } from './observed-load.js';
import { eventually } from '../../support/eventually.js';
import type { ServerUnderTest } from './server-under-test.js';

const WARNED_WITHIN_MS = 5000;

/** What can happen to Redis only. */
export const REDIS_FAULTS: Readonly<Record<string, (patient: ServerUnderTest) => Promise<Finding>>> = {
  'memory limit reached': (patient) => withAdmin(patient, memoryLimit),
  'a policy that may drop states': (patient) => withAdmin(patient, evictionPolicy),
};

async function withAdmin(
  patient: ServerUnderTest,
  fault: (patient: ServerUnderTest, admin: Redis) => Promise<Finding>,
): Promise<Finding> {
  const admin = new Redis(patient.server.port, '127.0.0.1');
  return fault(patient, admin).finally(() => admin.disconnect());
}

/** @param patient - one of whose servers `admin` talks to, the one that the load's counter is at */
export async function memoryLimit({ storage }: { readonly storage: BaseStorage }, admin: Redis): Promise<Finding> {
  await storage.start();
  const load = new ObservedLoad(storage);
  load.begin();
  await load.after(100, (fate) => fate === 'ok');
  await admin.config('SET', 'maxmemory', '1mb');
  await load.after(20, (fate) => fate !== 'ok');
  await admin.config('SET', 'maxmemory', '0');
  const healedAt = performance.now();
  await load.after(1, (fate, kind) => fate === 'ok' && kind === 'count');
  const backAfterMs = performance.now() - healedAt;
  await load.after(100, (fate) => fate === 'ok');
  return findingOf(await load.end(), backAfterMs);
}

async function evictionPolicy({ storage, warnings }: ServerUnderTest, admin: Redis): Promise<Finding> {
  await admin.config('SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
  await storage.start();
  const isWarned = await eventually(() => warnings.length > 0, WARNED_WITHIN_MS).then(
    () => true,
    () => false,
  );
  const seen = isWarned ? `a warning at the start (${warnings.length})` : 'no warning';
  return { seen, lost: 'what the server evicts', isBroken: !isWarned };
}
