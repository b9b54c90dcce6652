import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { type RedisServer, startRedisServer } from './redis-server.js';
import { TcpProxy } from './tcp-proxy.js';

export interface RedisSentinelOptions {
  /** The password of the servers. */
  readonly password?: string;
  /** The password of the sentinels. */
  readonly sentinelPassword?: string;
  /** Additional arguments of the servers that store data. */
  readonly args?: readonly string[];
  /**
   * Whether sentinels and replicas connect to each server through a proxy that a test can disturb (`proxyOf`). Clients do
   * not use the proxy.
   */
  readonly proxied?: boolean;
  /** Whether the sentinels check the servers as rarely as they do by default. */
  readonly checksRarely?: boolean;
}

/** The name of the group. */
export const GROUP = 'fsm-group';

/**
 * How long a server may be silent, for each sentinel. Sentinels that notice an outage at the same moment each vote for
 * themselves, and vote again only after twice the `failover-timeout`.
 */
const DOWN_AFTER_MS = [500, 750, 1000];

/** Sentinels that do not agree by then never agree, so they are reset. */
const RESET_AFTER_MS = 20_000;

/**
 * Makes sentinels check the servers often, so that a failover takes seconds. While the master is down, a sentinel asks each
 * replica once a second, and promotes only one that has answered within five `ping-period`s.
 */
const SHORT_PERIODS = ['debug', 'info-period', '200', 'ping-period', '300', 'publish-period', '200'];

/** A server that stores data, and the proxy through which the others connect to it. */
interface Member {
  readonly server: RedisServer;
  readonly proxy?: TcpProxy;
}

/** One master, two replicas and three sentinels that belong to one test. */
export class RedisSentinels {
  readonly #servers: readonly RedisServer[];
  readonly #sentinels: readonly RedisServer[];
  readonly #proxies: ReadonlyMap<RedisServer, TcpProxy>;
  readonly #options: RedisSentinelOptions;

  private constructor(servers: readonly Member[], sentinels: readonly RedisServer[], options: RedisSentinelOptions) {
    this.#servers = servers.map(({ server }) => server);
    this.#proxies = new Map(servers.flatMap(({ server, proxy }) => (proxy === undefined ? [] : [[server, proxy]])));
    this.#sentinels = sentinels;
    this.#options = options;
  }

  static async start(options: RedisSentinelOptions = {}): Promise<RedisSentinels> {
    const { password, sentinelPassword, args = [], proxied = false } = options;
    const secrets = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
    const dataArguments = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...secrets, ...args];
    const master = await startMember(dataArguments, proxied);
    const replicaArguments = [...dataArguments, '--replicaof', '127.0.0.1', `${portOf(master)}`];
    const start = (): Promise<Member> => startMember(replicaArguments, proxied);
    const servers = [master, ...(await Promise.all([start(), start()]))];
    const configurationOf = (downAfterMs: number): readonly string[] => [
      `sentinel monitor ${GROUP} 127.0.0.1 ${portOf(master)} 2`,
      `sentinel down-after-milliseconds ${GROUP} ${downAfterMs}`,
      `sentinel failover-timeout ${GROUP} 3000`,
      ...(password === undefined ? [] : [`sentinel auth-pass ${GROUP} ${password}`]),
      ...(sentinelPassword === undefined ? [] : [`requirepass ${sentinelPassword}`]),
    ];
    const startSentinel = (downAfterMs: number): Promise<RedisServer> =>
      startRedisServer({ sentinel: `${configurationOf(downAfterMs).join('\n')}\n` });
    const sentinels = await Promise.all(DOWN_AFTER_MS.map(startSentinel));
    const group = new RedisSentinels(servers, sentinels, options);
    await group.#shortenPeriods();
    await group.waitUntilHealthy();
    return group;
  }

  /** The options of ioredis with which a client connects to the group. */
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
      ...(this.#proxies.size === 0 ? {} : { natMap: this.#natMap() }),
    };
  }

  /** The servers that store data. */
  get servers(): readonly RedisServer[] {
    return this.#servers;
  }

  get sentinels(): readonly RedisServer[] {
    return this.#sentinels;
  }

  /** The server that is the master according to the first running sentinel. */
  async master(): Promise<RedisServer> {
    const port = await this.#ask(this.#sentinels, async (sentinel) => {
      const address = await sentinel.call('sentinel', 'get-master-addr-by-name', GROUP);
      return Array.isArray(address) ? Number(address[1]) : NaN;
    });
    const master = this.#servers.find((server) => (this.#proxies.get(server) ?? server).port === port);
    if (master === undefined) throw new Error('The master is not a server of this test.');
    return master;
  }

  /** The proxy through which the others connect to a server, in a group that is `proxied`. */
  proxyOf(server: RedisServer): TcpProxy {
    const proxy = this.#proxies.get(server);
    if (proxy === undefined) throw new Error('Start the group with `proxied`.');
    return proxy;
  }

  async replicas(): Promise<RedisServer[]> {
    const master = await this.master();
    return this.#servers.filter((server) => server !== master && server.isRunning);
  }

  /** Creates a client of one server. The caller must quit it. */
  admin(server: RedisServer): Redis {
    const { password } = this.#options;
    const admin = new Redis(server.url, { disconnectTimeout: 0, ...(password === undefined ? {} : { password }) });
    admin.on('error', () => {});
    return admin;
  }

  /** Sends SIGKILL to the master. Returns it, so that a test can start it again. */
  async kill(): Promise<RedisServer> {
    const master = await this.master();
    await master.kill();
    return master;
  }

  /** Starts a killed master again, as the master. The sentinels must not have replaced it. */
  async restart(master: RedisServer): Promise<void> {
    await master.restart();
    // A server that was first started as a replica still has the arguments of a replica.
    const admin = this.admin(master);
    await admin.replicaof('NO', 'ONE').finally(() => admin.disconnect());
    await this.waitUntilHealthy();
  }

  /** Sends SIGKILL to all servers and sentinels; `restore` starts them again. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#sentinels, ...this.#servers].map((server) => server.kill()));
  }

  /** Makes the sentinels promote another server, and waits until the group is healthy again. */
  async failover(): Promise<void> {
    await this.promote();
    await this.waitUntilHealthy();
  }

  /** Makes the sentinels promote another server. The old master may not know it yet. */
  async promote(): Promise<void> {
    const before = await this.master();
    // Requested repeatedly, because on a busy machine the sentinels cancel a failover that takes too long.
    await eventually(async () => {
      if ((await this.master()) !== before) return true;
      const ask = (sentinel: Redis): Promise<unknown> => sentinel.call('sentinel', 'failover', GROUP);
      await this.#ask(this.#sentinels, ask).catch(() => {}); // A failover is already in progress.
      return false;
    }, 60_000);
  }

  /** The number of subscribed clients of each running sentinel. */
  async listeners(): Promise<number[]> {
    const running = this.#sentinels.filter(({ isRunning }) => isRunning);
    const lists = running.map((sentinel) => this.#ask([sentinel], (client) => client.client('LIST')));
    return (await Promise.all(lists)).map((list) => String(list).match(/ sub=1 /g)?.length ?? 0);
  }

  /** Sets how long a server may be silent before the sentinels consider it dead. */
  async setDownAfter(milliseconds: number): Promise<void> {
    for (const sentinel of this.#sentinels) {
      const command = ['set', GROUP, 'down-after-milliseconds', `${milliseconds}`];
      await this.#ask([sentinel], (client) => client.call('sentinel', ...command));
    }
  }

  /** Makes the master close the connections of its clients, including the sentinels. */
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

  /** Waits until every other running server is a replica in sync with the master, and the sentinels know all servers. */
  async waitUntilHealthy(): Promise<void> {
    let resetAt = Date.now() + RESET_AFTER_MS;
    await eventually(async () => {
      const running = this.#servers.filter(({ isRunning }) => isRunning).length;
      const master = await this.master();
      if (!master.isRunning) return false;
      // The sentinels learn the replicas again from the master that they agree on. A reset during a failover would make them
      // forget which server they have promoted.
      if (Date.now() > resetAt && (await this.#doSentinelsName(master))) {
        await this.#resetSentinels();
        resetAt = Date.now() + RESET_AFTER_MS;
      }
      const admin = this.admin(master);
      const replication = await admin.info('replication').catch(() => '');
      admin.disconnect();
      const online = replication.match(/state=online/g)?.length ?? 0;
      return replication.includes('role:master') && online === running - 1 && (await this.#doSentinelsAgree());
    }, 120_000);
  }

  /** Starts the killed servers and sentinels again. */
  async restore(): Promise<void> {
    const dead = [...this.#servers, ...this.#sentinels].filter(({ isRunning }) => !isRunning);
    await Promise.all(dead.map((server) => server.restart()));
    await this.#shortenPeriods();
    await this.waitUntilHealthy();
  }

  async stop(): Promise<void> {
    const all = [...this.#sentinels, ...this.#servers];
    await Promise.all(all.map((server) => server.kill())); // With SIGTERM a master would wait for its replicas.
    await Promise.all(all.map((server) => server.stop()));
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
  }

  #natMap(): Record<string, { host: string; port: number }> {
    const entries = [...this.#proxies].map(([{ port }, proxy]) => [
      `127.0.0.1:${proxy.port}`,
      { host: '127.0.0.1', port },
    ]);
    return Object.fromEntries(entries) as Record<string, { host: string; port: number }>;
  }

  async #shortenPeriods(): Promise<void> {
    if (this.#options.checksRarely === true) return;
    for (const sentinel of this.#sentinels) {
      await this.#ask([sentinel], (client) => client.call('sentinel', ...SHORT_PERIODS));
    }
  }

  /** Makes the sentinels forget all servers and sentinels, and find them again. */
  async #resetSentinels(): Promise<void> {
    for (const sentinel of this.#sentinels.filter(({ isRunning }) => isRunning)) {
      await this.#ask([sentinel], (client) => client.call('sentinel', 'reset', GROUP));
    }
  }

  /** Whether every sentinel knows the two others and both replicas, and so can decide on a failover. */
  async #doSentinelsAgree(): Promise<boolean> {
    const masters = await this.#describeMaster();
    return masters.every(
      (master) => master['num-other-sentinels'] === '2' && master['num-slaves'] === '2' && master['flags'] === 'master',
    );
  }

  /** Whether this server is the master for every sentinel, and none replaces it. */
  async #doSentinelsName(server: RedisServer): Promise<boolean> {
    const port = `${(this.#proxies.get(server) ?? server).port}`;
    return (await this.#describeMaster()).every((master) => master['port'] === port && master['flags'] === 'master');
  }

  /** What each running sentinel knows about the master. */
  async #describeMaster(): Promise<Record<string, string>[]> {
    const running = this.#sentinels.filter(({ isRunning }) => isRunning);
    const ask = (sentinel: RedisServer): Promise<unknown> =>
      this.#ask([sentinel], (client) => client.call('sentinel', 'master', GROUP));
    const replies = await Promise.all(running.map(ask));
    return replies.map((reply) => {
      const words = Array.isArray(reply) ? reply.map(String) : [];
      const pairs = words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : []));
      return Object.fromEntries(pairs) as Record<string, string>;
    });
  }

  /** Sends a command to the first running sentinel. */
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

async function startMember(args: readonly string[], proxied: boolean): Promise<Member> {
  if (!proxied) return { server: await startRedisServer({ persistent: true, args }) };
  let port = NaN;
  const proxy = await TcpProxy.to(() => port);
  const announced = ['--replica-announce-ip', '127.0.0.1', '--replica-announce-port', `${proxy.port}`];
  const server = await startRedisServer({ persistent: true, args: [...args, ...announced] });
  port = server.port;
  return { server, proxy };
}

function portOf({ server, proxy }: Member): number {
  return (proxy ?? server).port;
}
