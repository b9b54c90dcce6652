import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { type RedisServer, startRedisServer } from './redis-server.js';
import { TcpProxy } from './tcp-proxy.js';

export interface RedisSentinelOptions {
  /** What clients of the servers must say. */
  readonly password?: string;
  /** What clients of the sentinels must say. */
  readonly sentinelPassword?: string;
  /** More arguments of the servers that hold data. */
  readonly args?: readonly string[];
  /** Sentinels and replicas reach each server by a wire that a test can damage (`wireOf`); clients go past it. */
  readonly wired?: boolean;
  /** The sentinels look at the servers as seldom as Redis has it. */
  readonly unhurried?: boolean;
}

/** The name the sentinels know the group by. */
export const GROUP = 'fsm-group';

/**
 * How long a server may be silent, for each sentinel: those that notice at the same moment would each vote for itself, and
 * vote again only after twice the `failover-timeout`.
 */
const PATIENCE_MS = [500, 750, 1000];

/** Sentinels that have not found together by then never do by themselves: they are reset. */
const RESET_AFTER_MS = 20_000;

/** Sentinels look at the servers often, so that a failover takes seconds. */
const IMPATIENT = ['debug', 'info-period', '200', 'ping-period', '100', 'publish-period', '200'];

/** A server that holds data, and the wire by which the others reach it. */
interface Member {
  readonly server: RedisServer;
  readonly wire?: TcpProxy;
}

/** One master, two replicas and three sentinels, all of the test's own. */
export class RedisSentinels {
  readonly #servers: readonly RedisServer[];
  readonly #sentinels: readonly RedisServer[];
  readonly #wires: ReadonlyMap<RedisServer, TcpProxy>;
  readonly #options: RedisSentinelOptions;

  private constructor(servers: readonly Member[], sentinels: readonly RedisServer[], options: RedisSentinelOptions) {
    this.#servers = servers.map(({ server }) => server);
    this.#wires = new Map(servers.flatMap(({ server, wire }) => (wire === undefined ? [] : [[server, wire]])));
    this.#sentinels = sentinels;
    this.#options = options;
  }

  static async start(options: RedisSentinelOptions = {}): Promise<RedisSentinels> {
    const { password, sentinelPassword, args = [], wired = false } = options;
    const secrets = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
    const dataArguments = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...secrets, ...args];
    const master = await startMember(dataArguments, wired);
    const replicaArguments = [...dataArguments, '--replicaof', '127.0.0.1', `${portOf(master)}`];
    const start = (): Promise<Member> => startMember(replicaArguments, wired);
    const servers = [master, ...(await Promise.all([start(), start()]))];
    const configurationOf = (patience: number): readonly string[] => [
      `sentinel monitor ${GROUP} 127.0.0.1 ${portOf(master)} 2`,
      `sentinel down-after-milliseconds ${GROUP} ${patience}`,
      `sentinel failover-timeout ${GROUP} 3000`,
      ...(password === undefined ? [] : [`sentinel auth-pass ${GROUP} ${password}`]),
      ...(sentinelPassword === undefined ? [] : [`requirepass ${sentinelPassword}`]),
    ];
    const startSentinel = (patience: number): Promise<RedisServer> =>
      startRedisServer({ sentinel: `${configurationOf(patience).join('\n')}\n` });
    const sentinels = await Promise.all(PATIENCE_MS.map(startSentinel));
    const group = new RedisSentinels(servers, sentinels, options);
    await group.#makeImpatient();
    await group.isWell();
    return group;
  }

  /** What ioredis takes to find the group. */
  get connection(): {
    sentinels: { host: string; port: number }[];
    name: string;
    password?: string;
    sentinelPassword?: string;
    natMap?: Record<string, { host: string; port: number }>;
  } {
    const { password, sentinelPassword } = this.#options;
    return {
      sentinels: this.#sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
      name: GROUP,
      ...(password === undefined ? {} : { password }),
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      ...(this.#wires.size === 0 ? {} : { natMap: this.#wayPastWires() }),
    };
  }

  /** Those that hold data. */
  get servers(): readonly RedisServer[] {
    return this.#servers;
  }

  get sentinels(): readonly RedisServer[] {
    return this.#sentinels;
  }

  /** The server that the sentinels take for the master. */
  async master(): Promise<RedisServer> {
    const port = await this.#ask(this.#sentinels, async (sentinel) => {
      const address = await sentinel.call('sentinel', 'get-master-addr-by-name', GROUP);
      return Array.isArray(address) ? Number(address[1]) : NaN;
    });
    const master = this.#servers.find((server) => (this.#wires.get(server) ?? server).port === port);
    if (master === undefined) throw new Error('The sentinels name no server of this test.');
    return master;
  }

  /** By which the others reach a server of a group that is `wired`. */
  wireOf(server: RedisServer): TcpProxy {
    const wire = this.#wires.get(server);
    if (wire === undefined) throw new Error('Start the group with `wired`.');
    return wire;
  }

  async replicas(): Promise<RedisServer[]> {
    const master = await this.master();
    return this.#servers.filter((server) => server !== master && server.isRunning);
  }

  /** A client of one server, to look at what it holds; quit it. */
  admin(server: RedisServer): Redis {
    const { password } = this.#options;
    const admin = new Redis(server.url, { disconnectTimeout: 0, ...(password === undefined ? {} : { password }) });
    admin.on('error', () => {});
    return admin;
  }

  /** SIGKILL for the master; gives it back, to be started again. */
  async kill(): Promise<RedisServer> {
    const master = await this.master();
    await master.kill();
    return master;
  }

  /** Starts a killed master again, as the master: the sentinels must not have replaced it. */
  async restart(master: RedisServer): Promise<void> {
    await master.restart();
    // Where it was a replica first, its arguments say so still; sentinels would write it down in its configuration.
    const admin = this.admin(master);
    await admin.replicaof('NO', 'ONE').finally(() => admin.disconnect());
    await this.isWell();
  }

  /** SIGKILL for all servers and sentinels; `restore` starts them again. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#sentinels, ...this.#servers].map((server) => server.kill()));
  }

  /** Has the sentinels make another server the master, and waits until all is well again. */
  async failover(): Promise<void> {
    await this.promote();
    await this.isWell();
  }

  /** Has the sentinels make another server the master; the old one may not know it yet. */
  async promote(): Promise<void> {
    const before = await this.master();
    // Asked for again and again: on a busy machine the sentinels give up a failover that takes too long.
    await eventually(async () => {
      if ((await this.master()) !== before) return true;
      const ask = (sentinel: Redis): Promise<unknown> => sentinel.call('sentinel', 'failover', GROUP);
      await this.#ask(this.#sentinels, ask).catch(() => {}); // One is under way.
      return false;
    }, 60_000);
  }

  /** How many of its clients listen to each sentinel that runs. */
  async listeners(): Promise<number[]> {
    const running = this.#sentinels.filter(({ isRunning }) => isRunning);
    const lists = running.map((sentinel) => this.#ask([sentinel], (client) => client.client('LIST')));
    return (await Promise.all(lists)).map((list) => String(list).match(/ sub=1 /g)?.length ?? 0);
  }

  /** How long a server may be silent before the sentinels take it for dead. */
  async setPatience(milliseconds: number): Promise<void> {
    for (const sentinel of this.#sentinels) {
      const patience = ['set', GROUP, 'down-after-milliseconds', `${milliseconds}`];
      await this.#ask([sentinel], (client) => client.call('sentinel', ...patience));
    }
  }

  /** The master ends the connections of its clients, the sentinels among them. */
  async disconnectClients(): Promise<void> {
    const admin = this.admin(await this.master());
    await admin.client('KILL', 'TYPE', 'normal').finally(() => admin.disconnect());
  }

  /** Removes every key. */
  async flush(): Promise<void> {
    const admin = this.admin(await this.master());
    await admin.flushall();
    await admin.quit();
  }

  /** Waits until the master has every other running server as a replica in step, and all sentinels know all. */
  async isWell(): Promise<void> {
    let resetAt = Date.now() + RESET_AFTER_MS;
    await eventually(async () => {
      const running = this.#servers.filter(({ isRunning }) => isRunning).length;
      const master = await this.master();
      if (!master.isRunning) return false;
      // Not before there is a master: it is by its word that they know the replicas again.
      if (Date.now() > resetAt) {
        await this.#resetSentinels();
        resetAt = Date.now() + RESET_AFTER_MS;
      }
      const admin = this.admin(master);
      const replication = await admin.info('replication').catch(() => '');
      admin.disconnect();
      const online = replication.match(/state=online/g)?.length ?? 0;
      return replication.includes('role:master') && online === running - 1 && (await this.#know());
    }, 120_000);
  }

  /** Starts again what was killed. */
  async restore(): Promise<void> {
    const dead = [...this.#servers, ...this.#sentinels].filter(({ isRunning }) => !isRunning);
    await Promise.all(dead.map((server) => server.restart()));
    await this.#makeImpatient();
    await this.isWell();
  }

  async stop(): Promise<void> {
    const all = [...this.#sentinels, ...this.#servers];
    await Promise.all(all.map((server) => server.kill())); // Told to end in peace, a master would wait for its replicas.
    await Promise.all(all.map((server) => server.stop()));
    await Promise.all([...this.#wires.values()].map((wire) => wire.close()));
  }

  #wayPastWires(): Record<string, { host: string; port: number }> {
    const entries = [...this.#wires].map(([{ port }, wire]) => [`127.0.0.1:${wire.port}`, { host: '127.0.0.1', port }]);
    return Object.fromEntries(entries) as Record<string, { host: string; port: number }>;
  }

  async #makeImpatient(): Promise<void> {
    if (this.#options.unhurried === true) return;
    for (const sentinel of this.#sentinels) {
      await this.#ask([sentinel], (client) => client.call('sentinel', ...IMPATIENT));
    }
  }

  /** They forget servers and sentinels of the past, and look anew. */
  async #resetSentinels(): Promise<void> {
    for (const sentinel of this.#sentinels.filter(({ isRunning }) => isRunning)) {
      await this.#ask([sentinel], (client) => client.call('sentinel', 'reset', GROUP));
    }
  }

  /** Whether every sentinel knows the two others and both replicas, and so can decide on a failover. */
  async #know(): Promise<boolean> {
    const running = this.#sentinels.filter(({ isRunning }) => isRunning);
    const known = await Promise.all(
      running.map((sentinel) => this.#ask([sentinel], (client) => client.call('sentinel', 'master', GROUP))),
    );
    return known.every((answer) => {
      const words = Array.isArray(answer) ? answer.map(String) : [];
      const valueOf = (name: string): string => words[words.indexOf(name) + 1] ?? '';
      return valueOf('num-other-sentinels') === '2' && valueOf('num-slaves') === '2' && valueOf('flags') === 'master';
    });
  }

  /** Asks the first of the sentinels that runs. */
  async #ask<T>(sentinels: readonly RedisServer[], question: (sentinel: Redis) => Promise<T>): Promise<T> {
    const [sentinel] = sentinels.filter(({ isRunning }) => isRunning);
    if (sentinel === undefined) throw new Error('No sentinel runs.');
    const { sentinelPassword } = this.#options;
    const client = new Redis(sentinel.url, {
      enableReadyCheck: false,
      ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }),
    });
    try {
      return await question(client);
    } finally {
      client.disconnect();
    }
  }
}

async function startMember(args: readonly string[], wired: boolean): Promise<Member> {
  if (!wired) return { server: await startRedisServer({ persistent: true, args }) };
  let port = NaN;
  const wire = await TcpProxy.to(() => port);
  const announced = ['--replica-announce-ip', '127.0.0.1', '--replica-announce-port', `${wire.port}`];
  const server = await startRedisServer({ persistent: true, args: [...args, ...announced] });
  port = server.port;
  return { server, wire };
}

function portOf({ server, wire }: Member): number {
  return (wire ?? server).port;
}
