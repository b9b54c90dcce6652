import type { ClientTeam } from './client-team.js';
import type { Random } from './random.js';
import type { TcpProxy } from '../support/tcp-proxy.js';

/** What can be done to a wire between clients and servers. */
export type Wire = Pick<TcpProxy, 'loseReplies' | 'delay' | 'cut'>;

/** A server that a test may mistreat. */
export interface ServerHandle {
  readonly port: number;
  /** SIGKILL: nothing is flushed. */
  kill(): Promise<void>;
  /** On the same port, with the same data; ready when it resolves. */
  restart(): Promise<void>;
  /** SIGSTOP: it holds its connections and answers nothing. */
  freeze(): Promise<void>;
  /** SIGCONT: it does all that came meanwhile. */
  resume(): void;
}

/** Servers of which one takes the place of another; all are there and in step when it resolves. */
export interface Failover {
  /** As an operator does, while all are well. */
  plan(): Promise<void>;
  /** SIGKILL for a master, which comes back when it has been replaced. */
  force(): Promise<void>;
}

/** What a disturbance can lay hands on. */
export interface Scene {
  readonly clients: ClientTeam;
  readonly random: Random;
  readonly server?: Omit<ServerHandle, 'port'> | undefined;
  /** The wire between clients and server. */
  readonly wire?: Wire | undefined;
  readonly failover?: Failover | undefined;
  /** Keys go from one server to another. */
  moveSlot?: ((random: Random) => Promise<void>) | undefined;
  /** The server breaks the connections of all clients. */
  disconnectClients?: (() => Promise<void>) | undefined;
}

export type DisturbanceName = keyof typeof DISTURBANCES;

interface Disturbance {
  isPossible(scene: Scene): boolean;
  /** Is over, and all is well again, when it resolves. */
  apply(scene: Scene): Promise<void>;
}

const TIMES = 3;
const DELAY_MS = 4;

const DISTURBANCES = {
  none: { isPossible: () => true, apply: async () => {} },
  'client killed': {
    isPossible: ({ clients }) => clients.size > 1,
    apply: ({ clients, random }) => clients.kill(random.below(clients.size)),
  },
  'server killed': {
    isPossible: ({ server }) => server !== undefined,
    async apply({ clients, server }) {
      await server?.kill();
      await clients.next('trouble');
      await server?.restart();
    },
  },
  'server frozen': {
    isPossible: ({ server }) => server !== undefined,
    async apply({ clients, server }) {
      await server?.freeze();
      await clients.next('trouble').finally(() => server?.resume());
    },
  },
  'connections ended by the server': {
    isPossible: ({ disconnectClients }) => disconnectClients !== undefined,
    apply: (scene) => repeatedly(scene, async () => scene.disconnectClients?.()),
  },
  'connections cut': {
    isPossible: ({ wire }) => wire !== undefined,
    apply: (scene) => repeatedly(scene, () => scene.wire?.cut()),
  },
  'replies lost': {
    isPossible: ({ wire }) => wire !== undefined,
    async apply({ clients, wire }) {
      wire?.loseReplies();
      await clients.next('trouble').finally(() => wire?.cut());
    },
  },
  'messages delayed': {
    isPossible: ({ wire }) => wire !== undefined,
    async apply({ clients, random, wire }) {
      wire?.delay(DELAY_MS);
      for (let count = random.below(TIMES); count >= 0; count -= 1) await clients.next('progress');
      wire?.delay(0);
    },
  },
  'slots moved': {
    isPossible: ({ moveSlot }) => moveSlot !== undefined,
    apply: (scene) => repeatedly(scene, async () => scene.moveSlot?.(scene.random)),
  },
  'planned failover': {
    isPossible: ({ failover }) => failover !== undefined,
    apply: async ({ failover }) => failover?.plan(),
  },
  'master killed and replaced': {
    isPossible: ({ failover }) => failover !== undefined,
    apply: async ({ failover }) => failover?.force(),
  },
} satisfies Record<string, Disturbance>;

export const DISTURBANCE_NAMES = Object.keys(DISTURBANCES) as readonly DisturbanceName[];

/** Those that make sense where this is what there is. */
export function possibleDisturbances(scene: Scene): readonly DisturbanceName[] {
  return DISTURBANCE_NAMES.filter((name) => DISTURBANCES[name].isPossible(scene));
}

/** Disturbs what goes on, and resolves when all is well again. */
export function disturb(name: DisturbanceName, scene: Scene): Promise<void> {
  return DISTURBANCES[name].apply(scene);
}

async function repeatedly({ clients }: Scene, act: () => Promise<void> | void): Promise<void> {
  for (let time = 0; time < TIMES; time += 1) {
    await act();
    await clients.next('progress');
  }
}
