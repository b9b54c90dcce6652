import { setTimeout as pause } from 'node:timers/promises';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { type Finding, findingOf } from './finding.js';
import { fateOf, isFailure, isSuccess, ObservedLoad } from './observed-load.js';
import type { ServerHandle } from '../../linearizability/disturbances.js';
import type { ServerUnderTest } from './server-under-test.js';

/** How long what lasts is let last. */
export interface Lengths {
  readonly frozenMs: number;
  readonly downMs: number;
  readonly callsInFlight: number;
  /** After which a call is given up. */
  readonly commandTimeout: number;
}

export const LENGTHS = {
  full: { frozenMs: 30_000, downMs: 3000, callsInFlight: 10_000, commandTimeout: 5000 },
  quick: { frozenMs: 1000, downMs: 300, callsInFlight: 2000, commandTimeout: 2000 },
} satisfies Record<string, Lengths>;

/** What can happen to a storage on a server. */
export type ServerFault = (patient: ServerUnderTest, lengths: Lengths) => Promise<Finding>;

/** Calls that end well before a fault, and that tell that the service is back. */
export const CALLS_BEFORE = 300;
export const CALLS_AFTER = 300;

export const SERVER_FAULTS: Readonly<Record<string, ServerFault>> = {
  'server down at boot': downAtBoot,
  'server killed in the middle of calls': (patient, { downMs }) =>
    underLoad(patient, {
      hurt: async () => {
        await patient.server.kill();
        await pause(downMs);
      },
      heal: () => patient.server.restart(),
    }),
  'calls in flight when the server is killed': burstWhileItDies,
  'replies lost after the commit': (patient) =>
    underLoad(patient, {
      hurt: async (load) => {
        patient.wire.loseReplies();
        await load.after(1, isFailure);
      },
      heal: async () => patient.wire.cut(),
    }),
  'server frozen': (patient, { frozenMs }) =>
    underLoad(patient, {
      hurt: async () => {
        await patient.server.freeze();
        await pause(frozenMs);
      },
      heal: async () => patient.server.resume(),
    }),
  'connections cut': (patient) => underLoad(patient, { hurt: async () => patient.wire.cut(), heal: async () => {} }),
};

interface Course {
  hurt(load: ObservedLoad): Promise<void>;
  heal(): Promise<void>;
}

/** Callers at work before, while and after something goes wrong. */
async function underLoad({ storage }: ServerUnderTest, { hurt, heal }: Course): Promise<Finding> {
  await storage.start();
  const load = new ObservedLoad(storage);
  load.begin();
  await load.after(CALLS_BEFORE, isSuccess);
  await hurt(load);
  await heal();
  const healedAt = performance.now();
  await load.after(1, isSuccess);
  const backAfterMs = performance.now() - healedAt;
  await load.after(CALLS_AFTER, isSuccess);
  return findingOf(await load.end(), backAfterMs);
}

async function burstWhileItDies({ storage, server }: ServerUnderTest, { callsInFlight }: Lengths): Promise<Finding> {
  await storage.start();
  const load = new ObservedLoad(storage);
  await load.burst(CALLS_BEFORE);
  const settled = await burstWhile(load, callsInFlight, () => server.kill());
  await server.restart();
  const healedAt = performance.now();
  load.begin();
  await load.after(1, isSuccess);
  const backAfterMs = performance.now() - healedAt;
  await load.after(CALLS_AFTER, isSuccess);
  const finding = findingOf(await load.end(), backAfterMs);
  return { ...finding, seen: `${finding.seen}; ${settled}` };
}

/** Resolves when all have come to an end, with a word about what that cost. */
export async function burstWhile(load: ObservedLoad, calls: number, hurt: () => Promise<void>): Promise<string> {
  const before = process.memoryUsage().heapUsed;
  const burst = load.burst(calls);
  await hurt();
  await burst;
  const grownBy = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  return `all ${calls} settled, heap + ${Math.round(grownBy)} MiB`;
}

/** What is to be down, and comes back. */
interface Booting {
  readonly storage: BaseStorage;
  readonly server: Pick<ServerHandle, 'kill' | 'restart'>;
}

export async function downAtBoot({ storage, server }: Booting): Promise<Finding> {
  await server.kill();
  const began = performance.now();
  const fate = await startOf(storage);
  const longestWaitMs = performance.now() - began;
  await server.restart();
  const healedAt = performance.now();
  await storage.start();
  await storage.setState('first', { name: 'here' });
  const backAfterMs = performance.now() - healedAt;
  return { seen: `start: ${fate.replace(' ', ', ')}`, longestWaitMs, lost: '—', backAfterMs, isBroken: fate === 'ok' };
}

function startOf(storage: BaseStorage): Promise<string> {
  return storage.start().then(() => 'ok', fateOf);
}
