import { Redis } from 'ioredis';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { type Finding, findingOf } from './finding.js';
import { ObservedLoad } from './observed-load.js';
import { eventually } from '../../support/eventually.js';
import type { ServerUnderTest } from './server-under-test.js';

const WARNED_WITHIN_MS = 5000;

/** What can happen to Redis only. */
export const REDIS_FAULTS: Readonly<Record<string, (target: ServerUnderTest) => Promise<Finding>>> = {
  'memory limit reached': (target) => withAdmin(target, memoryLimit),
  'a policy that may drop states': (target) => withAdmin(target, evictionPolicy),
};

async function withAdmin(
  target: ServerUnderTest,
  fault: (target: ServerUnderTest, admin: Redis) => Promise<Finding>,
): Promise<Finding> {
  const admin = new Redis(target.server.port, '127.0.0.1');
  return fault(target, admin).finally(() => admin.disconnect());
}

/** @param target - one of whose servers `admin` talks to, the one that the load's counter is at */
export async function memoryLimit({ storage }: { readonly storage: BaseStorage }, admin: Redis): Promise<Finding> {
  await storage.start();
  const load = new ObservedLoad(storage);
  load.begin();
  await load.after(100, (end) => end === 'ok');
  await admin.config('SET', 'maxmemory', '1mb');
  await load.after(20, (end) => end !== 'ok');
  await admin.config('SET', 'maxmemory', '0');
  const recoveredAt = performance.now();
  await load.after(1, (end, kind) => end === 'ok' && kind === 'count');
  const backAfterMs = performance.now() - recoveredAt;
  await load.after(100, (end) => end === 'ok');
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
