import type { ClientProcesses } from './client-processes.js';
import type { Random } from './random.js';
import type { TcpProxy } from '../support/tcp-proxy.js';

/** The faults of a proxy between clients and servers. */
export type ProxyControl = Pick<TcpProxy, 'loseReplies' | 'delay' | 'cut'>;

/** A server that a test can kill and freeze. */
export interface ServerHandle {
  readonly port: number;
  /** SIGKILL: nothing is flushed. */
  kill(): Promise<void>;
  /** On the same port, with the same data; ready when it resolves. */
  restart(): Promise<void>;
  /** SIGSTOP: it keeps its connections and does not reply. */
  freeze(): Promise<void>;
  /** SIGCONT: it processes everything that arrived meanwhile. */
  resume(): void;
}

/** A failover between servers; when a method resolves, all servers run and are in sync. */
export interface Failover {
  /** Planned, as by an operator, while all servers work. */
  plan(): Promise<void>;
  /** SIGKILL for a master, which is restarted after a replica has replaced it. */
  force(): Promise<void>;
}

/** What a fault can act on. */
export interface FaultTargets {
  readonly clients: ClientProcesses;
  readonly random: Random;
  readonly server?: Omit<ServerHandle, 'port'> | undefined;
  /** The proxy between clients and server. */
  readonly proxy?: ProxyControl | undefined;
  readonly failover?: Failover | undefined;
  /** Moves keys from one server to another. */
  moveSlot?: ((random: Random) => Promise<void>) | undefined;
  /** The server breaks the connections of all clients. */
  disconnectClients?: (() => Promise<void>) | undefined;
}

export type FaultName = keyof typeof FAULTS;

interface Fault {
  isPossible(targets: FaultTargets): boolean;
  /** Resolves when the fault is over and everything works again. */
  inject(targets: FaultTargets): Promise<void>;
}

const REPETITIONS = 3;
const DELAY_MS = 4;

const FAULTS = {
  none: { isPossible: () => true, inject: async () => {} },
  'client killed': {
    isPossible: ({ clients }) => clients.size > 1,
    inject: ({ clients, random }) => clients.kill(random.below(clients.size)),
  },
  'server killed': {
    isPossible: ({ server }) => server !== undefined,
    async inject({ clients, server }) {
      await server?.kill();
      await clients.next('trouble');
      await server?.restart();
    },
  },
  'server frozen': {
    isPossible: ({ server }) => server !== undefined,
    async inject({ clients, server }) {
      await server?.freeze();
      await clients.next('trouble').finally(() => server?.resume());
    },
  },
  'connections ended by the server': {
    isPossible: ({ disconnectClients }) => disconnectClients !== undefined,
    inject: (targets) => repeatedly(targets, async () => targets.disconnectClients?.()),
  },
  'connections cut': {
    isPossible: ({ proxy }) => proxy !== undefined,
    inject: (targets) => repeatedly(targets, () => targets.proxy?.cut()),
  },
  'replies lost': {
    isPossible: ({ proxy }) => proxy !== undefined,
    async inject({ clients, proxy }) {
      proxy?.loseReplies();
      await clients.next('trouble').finally(() => proxy?.cut());
    },
  },
  'messages delayed': {
    isPossible: ({ proxy }) => proxy !== undefined,
    async inject({ clients, random, proxy }) {
      proxy?.delay(DELAY_MS);
      for (let count = random.below(REPETITIONS); count >= 0; count -= 1) await clients.next('progress');
      proxy?.delay(0);
    },
  },
  'slots moved': {
    isPossible: ({ moveSlot }) => moveSlot !== undefined,
    inject: (targets) => repeatedly(targets, async () => targets.moveSlot?.(targets.random)),
  },
  'planned failover': {
    isPossible: ({ failover }) => failover !== undefined,
    inject: async ({ failover }) => failover?.plan(),
  },
  'master killed and replaced': {
    isPossible: ({ failover }) => failover !== undefined,
    inject: async ({ failover }) => failover?.force(),
  },
} satisfies Record<string, Fault>;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** The faults that are possible with these targets. */
export function possibleFaults(targets: FaultTargets): readonly FaultName[] {
  return FAULT_NAMES.filter((name) => FAULTS[name].isPossible(targets));
}

/** Injects a fault into a running history and resolves when everything works again. */
export function injectFault(name: FaultName, targets: FaultTargets): Promise<void> {
  return FAULTS[name].inject(targets);
}

async function repeatedly({ clients }: FaultTargets, act: () => Promise<void> | void): Promise<void> {
  for (let time = 0; time < REPETITIONS; time += 1) {
    await act();
    await clients.next('progress');
  }
}
