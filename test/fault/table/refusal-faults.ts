import { circuitBreaker } from '../../../src/layers/circuit-breaker.js';
import { type Finding, findingOf } from './finding.js';
import { isFailure, isSuccess, ObservedLoad } from './observed-load.js';
import {
  APP_USER,
  createAppUser,
  DEMOTIONS,
  failSnapshots,
  type Refusal,
  ROW_LOCKS,
  serializeByDefault,
} from './refusing-servers.js';
import { CALLS_AFTER, CALLS_BEFORE, type Lengths } from './server-faults.js';
import { openStorage } from '../../linearizability/open-storage.js';
import { type DurableServer, SERVERS } from '../../linearizability/servers.js';

/** A server that runs and replies, but rejects some commands or lets them wait. */
export interface RefusalCase {
  readonly fault: string;
  readonly engine: keyof typeof SERVERS;
  readonly takesLong: boolean;
  run(lengths: Lengths): Promise<Finding>;
}

/** What fails alike on MariaDB is run on this only by `npm run faults`. */
const LIKE_MARIADB: readonly string[] = ['mysql'];

/** Failures that callers must see before the server is mended. */
const FAILURES = 20;

export const REFUSAL_CASES: readonly RefusalCase[] = [
  ...casesOf('server demoted to read-only, promoted again', DEMOTIONS, readsGoOn),
  ...casesOf('snapshot to disk fails', { redis: failSnapshots }, readsGoOn),
  ...casesOf('a row locked by another session', ROW_LOCKS, (load) => load.after(1, isFailure)),
  ...casesOf('SERIALIZABLE is the default', { postgres: serializeByDefault }, (load) =>
    load.after(CALLS_AFTER, isSuccess),
  ),
];

function casesOf(
  fault: string,
  refusals: Readonly<Record<string, Refusal>>,
  meanwhile: (load: ObservedLoad) => Promise<unknown>,
): RefusalCase[] {
  return (Object.keys(SERVERS) as (keyof typeof SERVERS)[]).flatMap((engine) => {
    const refuse = refusals[engine];
    if (refuse === undefined) return [];
    const run = (lengths: Lengths): Promise<Finding> => underRefusal(engine, refuse, meanwhile, lengths);
    return [{ fault, engine, takesLong: LIKE_MARIADB.includes(engine), run }];
  });
}

/** Writes are rejected, and the breaker does not take reads away. */
async function readsGoOn(load: ObservedLoad): Promise<void> {
  await load.after(FAILURES, isFailure);
  await load.after(FAILURES, (end, kind) => end === 'ok' && kind === 'read');
}

async function underRefusal(
  engine: keyof typeof SERVERS,
  refuse: Refusal,
  meanwhile: (load: ObservedLoad) => Promise<unknown>,
  { commandTimeout }: Lengths,
): Promise<Finding> {
  const durable = await SERVERS[engine]();
  const storage = await openStorage(await describeForApp(engine, durable, commandTimeout));
  try {
    await storage.start();
    const load = new ObservedLoad(storage);
    load.begin();
    await load.after(CALLS_BEFORE, isSuccess);
    const mend = await refuse(durable);
    await meanwhile(load);
    await mend();
    const mendedAt = performance.now();
    await load.after(1, (end, kind) => end === 'ok' && kind === 'count');
    const backAfterMs = performance.now() - mendedAt;
    await load.after(CALLS_AFTER, isSuccess);
    return findingOf(await load.end(), backAfterMs);
  } finally {
    await storage.stop().catch(() => {});
    await durable.stop();
  }
}

async function describeForApp(
  engine: keyof typeof SERVERS,
  durable: DurableServer,
  commandTimeout: number,
): Promise<ReturnType<DurableServer['describe']>> {
  const { backend, options } = durable.describe(durable.server.port);
  const rest = { commandTimeout, layers: [circuitBreaker()] };
  if (engine !== 'mariadb' && engine !== 'mysql') return { backend, options: { ...options, ...rest } };
  await createAppUser(durable);
  const url = new URL((options as { readonly url: string }).url);
  url.username = APP_USER.name;
  url.password = APP_USER.password;
  return { backend, options: { url: url.href, ...rest } };
}
