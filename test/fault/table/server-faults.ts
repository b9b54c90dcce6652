import { setTimeout as pause } from 'node:timers/promises';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { type Finding, findingOf } from './finding.js';
import { callEndOf, isFailure, isSuccess, ObservedLoad } from './observed-load.js';
import type { ServerHandle } from '../../linearizability/faults.js';
import type { ServerUnderTest } from './server-under-test.js';

/** How long faults last, and how many calls they meet. */
export interface Lengths {
  readonly frozenMs: number;
  readonly downMs: number;
  readonly callsInFlight: number;
  /** The time limit of a call. */
  readonly commandTimeout: number;
}

export const LENGTHS = {
  full: { frozenMs: 30_000, downMs: 3000, callsInFlight: 10_000, commandTimeout: 5000 },
  quick: { frozenMs: 1000, downMs: 300, callsInFlight: 2000, commandTimeout: 2000 },
} satisfies Record<string, Lengths>;

/** What can happen to a storage on a server. */
export type ServerFault = (target: ServerUnderTest, lengths: Lengths) => Promise<Finding>;

/** Calls that must succeed before a fault, and after it to prove that the service is back. */
export const CALLS_BEFORE = 300;
export const CALLS_AFTER = 300;

export const SERVER_FAULTS: Readonly<Record<string, ServerFault>> = {
  'server down at boot': downAtBoot,
  'server killed in the middle of calls': (target, { downMs }) =>
    underLoad(target, {
      inject: async () => {
        await target.server.kill();
        await pause(downMs);
      },
      recover: () => target.server.restart(),
    }),
  'calls in flight when the server is killed': burstWhileItDies,
  'replies lost after the commit': (target) =>
    underLoad(target, {
      inject: async (load) => {
        target.proxy.loseReplies();
        await load.after(1, isFailure);
      },
      recover: async () => target.proxy.cut(),
    }),
  'server frozen': (target, { frozenMs }) =>
    underLoad(target, {
      inject: async () => {
        await target.server.freeze();
        await pause(frozenMs);
      },
      recover: async () => target.server.resume(),
    }),
  'connections cut': (target) => underLoad(target, { inject: async () => target.proxy.cut(), recover: async () => {} }),
};

interface FaultSteps {
  inject(load: ObservedLoad): Promise<void>;
  recover(): Promise<void>;
}

/** Runs callers before, during and after a fault. */
async function underLoad({ storage }: ServerUnderTest, { inject, recover }: FaultSteps): Promise<Finding> {
  await storage.start();
  const load = new ObservedLoad(storage);
  load.begin();
  await load.after(CALLS_BEFORE, isSuccess);
  await inject(load);
  await recover();
  const recoveredAt = performance.now();
  await load.after(1, isSuccess);
  const backAfterMs = performance.now() - recoveredAt;
  await load.after(CALLS_AFTER, isSuccess);
  return findingOf(await load.end(), backAfterMs);
}

async function burstWhileItDies({ storage, server }: ServerUnderTest, { callsInFlight }: Lengths): Promise<Finding> {
  await storage.start();
  const load = new ObservedLoad(storage);
  await load.burst(CALLS_BEFORE);
  const settled = await burstWhile(load, callsInFlight, () => server.kill());
  await server.restart();
  const recoveredAt = performance.now();
  load.begin();
  await load.after(1, isSuccess);
  const backAfterMs = performance.now() - recoveredAt;
  await load.after(CALLS_AFTER, isSuccess);
  const finding = findingOf(await load.end(), backAfterMs);
  return { ...finding, seen: `${finding.seen}; ${settled}` };
}

/** Resolves when all calls have settled, with a text about the heap that they took. */
export async function burstWhile(load: ObservedLoad, calls: number, inject: () => Promise<void>): Promise<string> {
  const before = process.memoryUsage().heapUsed;
  const burst = load.burst(calls);
  await inject();
  await burst;
  const grownBy = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  return `all ${calls} settled, heap + ${Math.round(grownBy)} MiB`;
}

/** A storage whose server is down at first. */
interface Booting {
  readonly storage: BaseStorage;
  readonly server: Pick<ServerHandle, 'kill' | 'restart'>;
}

export async function downAtBoot({ storage, server }: Booting): Promise<Finding> {
  await server.kill();
  const began = performance.now();
  const end = await startOf(storage);
  const longestWaitMs = performance.now() - began;
  await server.restart();
  const recoveredAt = performance.now();
  await storage.start();
  await storage.setState('first', { name: 'here' });
  const backAfterMs = performance.now() - recoveredAt;
  return { seen: `start: ${end.replace(' ', ', ')}`, longestWaitMs, lost: '—', backAfterMs, isBroken: end === 'ok' };
}

function startOf(storage: BaseStorage): Promise<string> {
  return storage.start().then(() => 'ok', callEndOf);
}
