import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { FaultName, FaultTargets } from './faults.js';
import type { StorageDescription } from './open-storage.js';
import { startRedisCluster, startRedisSentinel } from './replicated-engines.js';
import { type DurableServer, SERVERS } from './servers.js';

/** A backend on which histories are recorded. */
export interface Engine {
  readonly name: string;
  /** Client processes, and concurrent callers in each. */
  readonly processes: number;
  readonly callersPerProcess: number;
  /** Where acknowledged writes may be lost; there, refuted histories are counted but are not a failure. */
  readonly mayLose?: readonly FaultName[];
  start(): Promise<RunningEngine>;
}

/** What clients connect to, and the faults that it can have. */
export interface RunningEngine extends Omit<FaultTargets, 'clients' | 'random'> {
  readonly storage: StorageDescription;
  /** Called with the namespace of the next history, so that faults affect the servers of that namespace. */
  focus?(namespace: string): Promise<void>;
  stop(): Promise<void>;
}

/** Short, so that a call to a frozen server fails while the history goes on. */
const COMMAND_TIMEOUT_MS = 150;

/** Every engine there is. */
export const ENGINES: readonly Engine[] = [
  { name: 'memory', processes: 1, callersPerProcess: 8, start: startMemory },
  { name: 'sqlite (better-sqlite3)', processes: 3, callersPerProcess: 2, start: () => startSqlite('better-sqlite3') },
  { name: 'sqlite (sqlite3)', processes: 3, callersPerProcess: 2, start: () => startSqlite('sqlite3') },
  ...Object.entries(SERVERS).flatMap(([name, start]) => [
    { name, processes: 3, callersPerProcess: 2, start: () => startOn(start) },
    {
      name: `${name} (over an unreliable network)`,
      processes: 3,
      callersPerProcess: 2,
      start: () => startBehindProxy(start),
    },
  ]),
  {
    name: 'redis cluster',
    processes: 3,
    callersPerProcess: 2,
    mayLose: ['master killed and replaced'],
    start: () => startReplicated(startRedisCluster),
  },
  {
    name: 'redis sentinel',
    processes: 3,
    callersPerProcess: 2,
    // Sentinels promote a replica before they demote the old master, which acknowledges meanwhile.
    mayLose: ['planned failover', 'master killed and replaced'],
    start: () => startReplicated(startRedisSentinel),
  },
];

/** @throws Error naming the engines there are */
export function engineNamed(name: string): Engine {
  const engine = ENGINES.find((candidate) => candidate.name === name);
  if (engine !== undefined) return engine;
  throw new Error(`There is no engine "${name}"; there are: ${ENGINES.map((known) => known.name).join(', ')}.`);
}

async function startMemory(): Promise<RunningEngine> {
  return { storage: { backend: 'memory', options: {} }, stop: async () => {} };
}

async function startSqlite(driver: 'better-sqlite3' | 'sqlite3'): Promise<RunningEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'fsm-histories-'));
  return {
    storage: { backend: 'sqlite', options: { path: join(folder, 'fsm.db'), driver } },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

async function startOn(start: () => Promise<DurableServer>): Promise<RunningEngine> {
  const { server, describe, stop } = await start();
  const disconnects = describe(server.port).backend === 'redis';
  return {
    storage: withShortTimeout(describe(server.port)),
    server,
    ...(disconnects && { disconnectClients: () => disconnectAll(server.port) }),
    stop,
  };
}

async function startBehindProxy(start: () => Promise<DurableServer>): Promise<RunningEngine> {
  const { server, describe, stop } = await start();
  const proxy = await TcpProxy.to(server.port);
  return {
    storage: withShortTimeout(describe(proxy.port)),
    proxy,
    async stop() {
      await proxy.close();
      await stop();
    },
  };
}

async function startReplicated(start: () => Promise<RunningEngine>): Promise<RunningEngine> {
  const running = await start();
  return { ...running, storage: withShortTimeout(running.storage) };
}

function withShortTimeout({ backend, options }: StorageDescription): StorageDescription {
  return { backend, options: { ...options, commandTimeout: COMMAND_TIMEOUT_MS } };
}

async function disconnectAll(port: number): Promise<void> {
  const admin = new Redis(port, '127.0.0.1');
  await admin.client('KILL', 'TYPE', 'normal').finally(() => admin.disconnect());
}
