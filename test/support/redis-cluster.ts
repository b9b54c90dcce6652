import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { type RedisServer, startRedisServer } from './redis-server.js';
import { TcpProxy } from './tcp-proxy.js';

export interface RedisClusterOptions {
  /** Additional arguments of every redis-server. */
  readonly args?: readonly string[];
  /**
   * Whether replicas connect to their master through a proxy that a test can disturb (`proxy`). Clients and the bus of the
   * cluster do not use the proxy.
   */
  readonly proxied?: boolean;
}

const FAILOVER_LIMIT_MS = 6000;

/** A cluster of three masters, each with one replica, that belongs to one test. */
export class RedisCluster {
  readonly #nodes: readonly ClusterNode[];

  private constructor(nodes: readonly ClusterNode[]) {
    this.#nodes = nodes;
  }

  /** Starts six servers, and waits until all agree on the slots and every replica is in sync. */
  static async start(options: RedisClusterOptions = {}): Promise<RedisCluster> {
    const nodes = await Promise.all(Array.from({ length: 6 }, () => ClusterNode.start(options)));
    const cluster = new RedisCluster(nodes);
    try {
      await cluster.#join();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The addresses from which a client reads the others. */
  get startupNodes(): { host: string; port: number }[] {
    return this.#nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** The option `natMap` of ioredis, with which clients bypass the proxies, if there are any. */
  get natMap(): Record<string, { host: string; port: number }> {
    const addresses = this.#nodes.flatMap(({ port, proxy }) =>
      proxy === undefined ? [] : [[`127.0.0.1:${proxy.port}`, { host: '127.0.0.1', port }] as const],
    );
    return Object.fromEntries(addresses);
  }

  /** The running masters, in no particular order. */
  masters(): Promise<ClusterNode[]> {
    return this.#withRole('master');
  }

  replicas(): Promise<ClusterNode[]> {
    return this.#withRole('slave');
  }

  /** The running master that serves a slot. */
  async masterOf(slot: number): Promise<ClusterNode> {
    const holders: { node: ClusterNode; epoch: number }[] = [];
    for (const node of await this.masters()) {
      if (await node.holds(slot)) holders.push({ node, epoch: (await node.own()).epoch });
    }
    // A replaced master may not know it yet, so the newest configuration epoch counts.
    const [newest] = holders.sort((left, right) => right.epoch - left.epoch);
    if (newest === undefined) throw new Error(`No running master serves slot ${slot}.`);
    return newest.node;
  }

  /** The running replicas of a master. */
  async replicasOf(master: ClusterNode): Promise<ClusterNode[]> {
    const id = await master.id();
    const replicas = await this.replicas();
    const own = await Promise.all(replicas.map(async (replica) => (await replica.own()).master === id));
    return replicas.filter((_, index) => own[index]);
  }

  /** Sends SIGKILL to the master of a slot. Returns the node, so that a test can start it again. */
  async kill(slot: number): Promise<ClusterNode> {
    const master = await this.masterOf(slot);
    await master.server.kill();
    return master;
  }

  /** Sends SIGKILL to all nodes; `restore` starts them again. */
  async killAll(): Promise<void> {
    await Promise.all(this.#nodes.map(({ server }) => server.kill()));
  }

  /** Promotes the replica of a slot's master, as an operator does, and waits until it is the master. */
  async failover(slot: number): Promise<void> {
    const master = await this.masterOf(slot);
    const [replica] = await this.replicasOf(master);
    if (replica === undefined) throw new Error(`The master of slot ${slot} has no running replica.`);
    const isDone = async (): Promise<boolean> => (await replica.holds(slot)) && !(await master.holds(slot));
    // Redis cancels a failover after 5 s if too few masters vote in time, so it is requested again.
    await eventually(async () => {
      await replica.admin.call('cluster', 'failover').catch(() => {}); // The replica is already a master.
      return eventually(isDone, FAILOVER_LIMIT_MS).then(
        () => true,
        () => false,
      );
    }, 60_000);
    await this.waitUntilHealthy();
  }

  /** Begins to move a slot without moving its keys. */
  async beginMove(slot: number, to: ClusterNode): Promise<SlotMove> {
    const from = await this.masterOf(slot);
    await to.admin.call('cluster', 'setslot', slot, 'importing', await from.id());
    await from.admin.call('cluster', 'setslot', slot, 'migrating', await to.id());
    return new SlotMove(slot, from, to, await this.masters());
  }

  /** Moves a slot with all its keys. */
  async moveSlot(slot: number, to: ClusterNode): Promise<void> {
    const move = await this.beginMove(slot, to);
    await move.moveKeys();
    await move.finish();
  }

  /** The slot of a key. */
  async slotOf(key: string): Promise<number> {
    const [node] = this.#running();
    return Number(await node?.admin.cluster('KEYSLOT', key));
  }

  /** Sets how long a node may be silent before the others consider it dead. */
  async setDownAfter(milliseconds: number): Promise<void> {
    await Promise.all(this.#running().map(({ admin }) => admin.config('SET', 'cluster-node-timeout', milliseconds)));
  }

  /** Makes every master close the connections of its clients, except those of this class. */
  async disconnectClients(): Promise<void> {
    const masters = await this.masters();
    await Promise.all(masters.map(({ admin }) => admin.client('KILL', 'TYPE', 'normal')));
  }

  /** Removes every key of every master. */
  async flush(): Promise<void> {
    for (const master of await this.masters()) await master.admin.flushall();
  }

  /** Waits until every running node reports that all slots are served, and every running replica is in sync. */
  async waitUntilHealthy(): Promise<void> {
    const running = this.#running();
    await eventually(async () => (await Promise.all(running.map((node) => node.isHealthy()))).every(Boolean), 60_000);
  }

  /** Starts the killed nodes again. */
  async restore(): Promise<void> {
    const dead = this.#nodes.filter(({ isRunning }) => !isRunning);
    const startAgain = (node: ClusterNode): Promise<void> => node.server.restart().then(() => node.announceProxy());
    await Promise.all(dead.map(startAgain));
    await this.waitUntilHealthy();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  #running(): ClusterNode[] {
    return this.#nodes.filter(({ isRunning }) => isRunning);
  }

  async #withRole(role: string): Promise<ClusterNode[]> {
    const running = this.#running();
    const owns = await Promise.all(running.map((node) => node.own()));
    return running.filter((_, index) => owns[index]?.role === role);
  }

  async #join(): Promise<void> {
    const [first, ...others] = this.#nodes;
    if (first === undefined) throw new Error('The cluster has no nodes.');
    for (const [index, node] of this.#nodes.entries()) await node.admin.call('cluster', 'set-config-epoch', index + 1);
    for (const node of others) await first.admin.call('cluster', 'meet', '127.0.0.1', node.port);
    for (const [index, master] of this.#nodes.slice(0, 3).entries()) {
      const [start, end] = RANGES[index] ?? [0, 0];
      await master.admin.call('cluster', 'addslotsrange', start, end);
    }
    for (const [index, replica] of this.#nodes.slice(3).entries()) {
      const id = (await this.#nodes[index]?.id()) ?? '';
      await eventually(async () => String(await replica.admin.call('cluster', 'nodes')).includes(id));
      await eventually(() => replica.follow(id));
    }
    await eventually(async () => (await this.replicas()).length === 3);
    await this.waitUntilHealthy();
  }
}

const RANGES = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

/** One server of a cluster, and a client of it. */
export class ClusterNode {
  readonly server: RedisServer;
  readonly admin: Redis;
  /** The proxy through which its replicas connect, in a cluster that is `proxied`. */
  readonly proxy: TcpProxy | undefined;

  private constructor(server: RedisServer, proxy: TcpProxy | undefined) {
    this.server = server;
    this.proxy = proxy;
    this.admin = new Redis(server.url, { disconnectTimeout: 0, retryStrategy: () => 50 });
    // A test that forgets to stop the cluster must not keep the process alive.
    this.admin.on('connect', () => this.admin.stream.unref());
    this.admin.on('error', () => {}); // The connection breaks when the server is killed. ioredis reconnects.
  }

  static async start({ args = [], proxied = false }: RedisClusterOptions): Promise<ClusterNode> {
    const cluster = [
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
      '--cluster-node-timeout',
      '1000',
    ];
    const failover = ['--cluster-replica-validity-factor', '0', '--cluster-allow-replica-migration', 'no'];
    const replication = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
    const all = [...cluster, ...failover, ...replication, ...args];
    const server = await startRedisServer({ persistent: true, args: all });
    const node = new ClusterNode(server, proxied ? await TcpProxy.to(server.port) : undefined);
    await node.announceProxy();
    return node;
  }

  /** Configures the address that the node announces to its replicas. A restarted node needs it again. */
  async announceProxy(): Promise<void> {
    if (this.proxy === undefined) return;
    await this.admin.config('SET', 'cluster-announce-bus-port', this.port + 10_000);
    await this.admin.config('SET', 'cluster-announce-port', this.proxy.port);
  }

  get port(): number {
    return this.server.port;
  }

  get isRunning(): boolean {
    return this.server.isRunning;
  }

  async id(): Promise<string> {
    return String(await this.admin.call('cluster', 'myid'));
  }

  /** Reads the line of CLUSTER NODES in which the node describes itself. */
  async own(): Promise<{ role: string; master: string; epoch: number; slots: string[] }> {
    const nodes = String(await this.admin.call('cluster', 'nodes'));
    const fields = (nodes.split('\n').find((line) => line.includes('myself')) ?? '').split(' ');
    const role = fields[2]?.includes('master') === true ? 'master' : 'slave';
    return { role, master: fields[3] ?? '', epoch: Number(fields[6]), slots: fields.slice(8) };
  }

  async holds(slot: number): Promise<boolean> {
    const { role, slots } = await this.own();
    return role === 'master' && slots.some((range) => isWithin(slot, range));
  }

  /** Makes the node a replica; false while it does not know the master yet. */
  follow(id: string): Promise<boolean> {
    return this.admin.call('cluster', 'replicate', id).then(
      () => true,
      () => false,
    );
  }

  /** Whether the node reports that all slots are served and, if it is a replica, that it is connected to its master. */
  async isHealthy(): Promise<boolean> {
    const info = String(await this.admin.call('cluster', 'info').catch(() => ''));
    if (!info.includes('cluster_state:ok') || !info.includes('cluster_slots_ok:16384')) return false;
    const replication = await this.admin.info('replication').catch(() => '');
    return replication.includes('role:master') || replication.includes('master_link_status:up');
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.server.kill(); // With SIGTERM a master would wait for its replicas.
    await this.server.stop();
    await this.proxy?.close();
  }
}

function isWithin(slot: number, range: string): boolean {
  if (range.startsWith('[')) return false; // The slot is migrating to or from another node.
  const [start = NaN, end = start] = range.split('-').map(Number);
  return slot >= start && slot <= end;
}

/** A slot that is moving from one master to another. */
export class SlotMove {
  readonly slot: number;
  readonly from: ClusterNode;
  readonly to: ClusterNode;
  readonly #masters: readonly ClusterNode[];

  constructor(slot: number, from: ClusterNode, to: ClusterNode, masters: readonly ClusterNode[]) {
    this.slot = slot;
    this.from = from;
    this.to = to;
    this.#masters = masters;
  }

  /** Moves some keys; by default, all keys of the slot. */
  async moveKeys(names?: readonly string[]): Promise<void> {
    const keys = names ?? (await this.from.admin.cluster('GETKEYSINSLOT', this.slot, 100_000)).map(String);
    if (keys.length === 0) return;
    await this.from.admin.call('migrate', '127.0.0.1', this.to.port, '', 0, 5000, 'KEYS', ...keys);
  }

  /** Assigns the slot to the target. */
  async finish(): Promise<void> {
    const id = await this.to.id();
    const others = this.#masters.filter((master) => master !== this.to && master !== this.from);
    for (const node of [this.to, this.from, ...others])
      await node.admin.call('cluster', 'setslot', this.slot, 'node', id);
    await eventually(() => this.to.holds(this.slot));
  }
}
