import { beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { failureOf, stopAfterAll, useCleanUp } from '../support/fixtures.js';
import { freeze } from '../support/freeze.js';
import { type ClusterNode, RedisCluster } from '../support/redis-cluster.js';

/** The keys `{06S}…` are in slot 0. */
const SLOT = 0;
const PASSWORD = 'hunter2-secret';

const args = ['--enable-debug-command', 'yes', '--cluster-require-full-coverage', 'no'];
const cluster = await stopAfterAll(RedisCluster.start({ args }));
const { afterTest, openStorage } = useCleanUp();

beforeEach(async () => {
  await cluster.restore();
  await cluster.flush();
});

/** The long `healthTimeout` suits slow machines. If a server never replies, the test times out. */
async function open(options: Partial<RedisStorageOptions> = {}): Promise<RedisStorage> {
  const reach = { cluster: { nodes: cluster.startupNodes }, healthTimeout: 60_000, ...options };
  return openStorage(new RedisStorage(reach as RedisStorageOptions));
}

async function nodes(): Promise<ClusterNode[]> {
  return [...(await cluster.masters()), ...(await cluster.replicas())];
}

function rejection(message: RegExp): unknown {
  return expect.objectContaining({
    code: 'UNAVAILABLE',
    outcome: 'not-applied',
    message: expect.stringMatching(message) as unknown,
  });
}

/** An identifier whose counter is stored on a node. */
async function identifierAt(node: ClusterNode): Promise<string> {
  for (let index = 0; ; index += 1) {
    const slot = Number(await node.admin.call('cluster', 'keyslot', `fsm#${index}`));
    if (await node.holds(slot)) return `${index}`;
  }
}

describe('a cluster that loses all its servers', () => {
  it('ER-4 fails every call soon, however long commandTimeout is', async () => {
    const storage = await open({ commandTimeout: 3_600_000 });
    await storage.setState('a', { version: 1 });
    const calls = Array.from({ length: 60 }, (_, index) => failureOf(() => storage.increment(`${index}`)));
    await cluster.killAll();
    const failures = (await Promise.all(calls)).filter((failure) => failure !== 'no failure');
    expect(failures).toEqual(failures.map(() => expect.objectContaining({ code: 'UNAVAILABLE' }) as unknown));
    const refused = { code: 'UNAVAILABLE', outcome: 'not-applied' };
    await expect(storage.getState('a')).rejects.toMatchObject(refused);
    await expect(storage.increment('n')).rejects.toMatchObject(refused);
    await cluster.restore();
    await eventually(() => storage.health());
    expect(await storage.increment('after')).toBe(1);
  });
});

describe('the health of a cluster', () => {
  it('HL-1 is false while some slots have no master, although the others are served', async () => {
    const storage = await open();
    const other = await identifierAt(await cluster.masterOf(16_383));
    expect(await storage.health()).toBe(true);
    for (const replica of await cluster.replicasOf(await cluster.masterOf(SLOT))) await replica.server.kill();
    await cluster.kill(SLOT);
    await eventually(async () => !(await storage.health()));
    expect(await storage.increment(other)).toBe(1);
    expect(await storage.health()).toBe(false);
    const isDown = async (): Promise<boolean> =>
      /MOVED|CLUSTERDOWN/.test(String(await failureOf(storage.increment('{06S}a'))));
    await eventually(isDown);
    expect(await failureOf(storage.setState('{06S}a', {}))).toEqual(rejection(/redis-cli --cluster check/));
    await cluster.restore();
    await eventually(() => storage.health());
    expect(await storage.getState('{06S}a')).toBeNull();
  });

  it('HL-1 is true when a replica has taken over, even if no call was made since', async () => {
    const storage = await open();
    const [replica] = await cluster.replicasOf(await cluster.masterOf(SLOT));
    const id = (await replica?.id()) ?? '';
    await cluster.failover(SLOT);
    const isKnownTo = async ({ admin }: ClusterNode): Promise<boolean> =>
      new RegExp(`^${id} .*master .* 0-`, 'm').test(String(await admin.call('cluster', 'nodes')));
    await eventually(async () => (await Promise.all((await nodes()).map(isKnownTo))).every(Boolean));
    expect(await storage.health()).toBe(true);
  });
});

describe('a node of a cluster that rejects commands', () => {
  it('ER-4 with LOADING has applied nothing', async () => {
    const storage = await open();
    const { admin } = await cluster.masterOf(SLOT);
    const fillers = Array.from({ length: 500 }, (_, index) => [`{06S}${index}`, 'x'.repeat(1000)]);
    await admin.mset(fillers.flat());
    await admin.call('config', 'set', 'key-load-delay', '20000', 'loading-process-events-interval-bytes', '1024');
    const reloading = admin.call('debug', 'reload');
    const isRejected = async (): Promise<boolean> =>
      String(await failureOf(storage.getState('{06S}a'))).includes('LOADING');
    await eventually(isRejected);
    expect(await failureOf(storage.increment('{06S}a'))).toEqual(rejection(/LOADING.*try again later/));
    expect(await storage.health()).toBe(false);
    const other = admin.duplicate({ enableReadyCheck: false });
    await other.config('SET', 'key-load-delay', '0').finally(() => other.disconnect());
    await reloading;
    expect(await storage.increment('{06S}a')).toBe(1);
  });

  it('ER-4 with WRONGPASS has applied nothing; the other nodes serve their keys', async () => {
    const odd = await cluster.masterOf(SLOT);
    const all = await nodes();
    const setPasswords = (of: (node: ClusterNode) => string): Promise<unknown> =>
      Promise.all(all.map((node) => node.admin.config('SET', 'requirepass', of(node))));
    await setPasswords((node) => (node === odd ? 'another-secret' : PASSWORD));
    afterTest(() => setPasswords(() => ''));
    const settings = { nodes: cluster.startupNodes, options: { redisOptions: { password: PASSWORD } } };
    let storage: RedisStorage | undefined;
    // A start asks one of the masters, which may be the one with another password.
    await eventually(async () => {
      storage = await open({ cluster: settings }).catch(() => undefined);
      return storage !== undefined;
    }, 60_000);
    if (storage === undefined) throw new Error('The storage did not start.');
    expect(await failureOf(storage.increment('{06S}a'))).toEqual(rejection(/WRONGPASS.*every node/));
    expect(await storage.increment(await identifierAt(await cluster.masterOf(16_383)))).toBe(1);
    expect(await storage.health()).toBe(false);
  });
});

/** Opens a storage that uses a node as a single server. INFO is forbidden, because the start would reject a cluster node. */
async function openNode({ admin, server }: ClusterNode): Promise<RedisStorage> {
  await admin.call('ACL', 'SETUSER', 'discreet', 'on', `>${PASSWORD}`, '~*', '&*', '+@all', '-info');
  afterTest(() => admin.call('ACL', 'DELUSER', 'discreet'));
  return open({ cluster: undefined, url: server.url.replace('redis://', `redis://discreet:${PASSWORD}@`) });
}

describe('a node of a cluster that is used as a single server', () => {
  it('ER-1 ER-4 has applied nothing, and the error message names the option `cluster`', async () => {
    const master = await cluster.masterOf(SLOT);
    const storage = await openNode(master);
    const other = await identifierAt(await cluster.masterOf(16_383));
    expect(await failureOf(storage.increment(other))).toEqual(rejection(/MOVED.*`cluster`/));
    expect(await failureOf(storage.getStates(['a', 'b', 'c', other]))).toEqual(rejection(/MOVED.*`cluster`/));
  });

  it('ER-4 has applied nothing while a slot moves (ASK, TRYAGAIN); a cluster client succeeds', async () => {
    const master = await cluster.masterOf(SLOT);
    const single = await openNode(master);
    const storage = await open();
    const identifiers = ['{06S}a', '{06S}b'];
    for (const identifier of identifiers) await storage.setState(identifier, { identifier });
    const move = await cluster.beginMove(SLOT, await cluster.masterOf(16_383));
    await move.moveKeys(['fsm:{06S}a']);
    expect(await failureOf(single.getStates(identifiers))).toEqual(rejection(/TRYAGAIN.*try again later/));
    expect(await failureOf(single.increment('{06S}a'))).toEqual(rejection(/ASK.*`cluster`/));
    expect(await storage.getStates(identifiers)).toEqual(identifiers.map((identifier) => ({ identifier })));
    expect(await storage.increment('{06S}a')).toBe(1);
    expect(await storage.health()).toBe(true);
    await move.moveKeys();
    await move.finish();
    await cluster.moveSlot(SLOT, master);
  });
});

describe('a command to a cluster that times out', () => {
  it('ER-4 is not applied if it was never written to a socket', async () => {
    const client = new Cluster(cluster.startupNodes);
    afterTest(() => client.disconnect());
    const storage = await open({ client, cluster: undefined, commandTimeout: 500 });
    const node = await cluster.masterOf(SLOT);
    const identifier = await identifierAt(node);
    const { pid } = node.server;
    await freeze(pid);
    // Another master redirects the command to the frozen node, which accepts a connection but never replies.
    for (const connected of client.nodes()) if (connected.options.port === node.port) connected.disconnect();
    const failure = await failureOf(storage.increment(identifier));
    process.kill(pid, 'SIGCONT');
    expect(failure).toEqual(rejection(/the command was not sent/));
    const isServed = (): Promise<boolean> =>
      storage.getCounter(identifier).then(
        (total) => total === null,
        () => false,
      );
    await eventually(isServed, 60_000);
  });
});
