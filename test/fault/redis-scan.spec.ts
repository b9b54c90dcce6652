import { beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import type { DriverLayer } from '../../src/contract/driver-layer.js';
import { aroundEveryCall } from '../../src/layers/around-every-call.js';
import { eventually } from '../support/eventually.js';
import { useCleanUp } from '../support/fixtures.js';
import { useRedis } from '../support/redis-fixtures.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** Enough keys for several pages of a scan. */
const IDENTIFIERS = Array.from({ length: 9000 }, (_, index) => `k${index}`);

let storage: RedisStorage;
const serverOptions = { persistent: true, args: ['--appendfsync', 'no'] };
const { server, admin } = await useRedis(serverOptions, { maxRetriesPerRequest: null });
admin.on('error', () => {}); // The tests restart the server.
const { afterTest, openStorage } = useCleanUp();

beforeEach(async () => {
  await admin.mset(IDENTIFIERS.flatMap((identifier) => [`fsm:${identifier}`, '{}']));
});

async function open(options: RedisStorageOptions): Promise<void> {
  storage = await openStorage(new RedisStorage(options));
}

async function restart(): Promise<void> {
  await server.restart();
  await eventually(() => storage.health());
}

/** Collects a listing, and disturbs it after some number of identifiers. */
async function listWith(happening: (count: number) => Promise<void>): Promise<Set<string>> {
  const listed = new Set<string>();
  let count = 0;
  for await (const identifier of storage.scanKeys()) {
    listed.add(identifier);
    count += 1;
    await happening(count);
  }
  return listed;
}

describe('a server that is restarted, which changes the order of its keys', () => {
  it('LS-3 during a listing: every key is listed', async () => {
    await open({ url: server.url });
    const listed = await listWith(async (count) => (count === 2500 ? restart() : undefined));
    expect(listed.size).toBe(IDENTIFIERS.length);
  });

  it("LS-3 while a page is requested, which the app's client requests again: every key is listed", async () => {
    const proxy = await TcpProxy.to(server.port);
    afterTest(() => proxy.close());
    const client = new Redis(proxy.port, { maxRetriesPerRequest: null, disconnectTimeout: 0 });
    client.on('error', () => {});
    afterTest(() => client.disconnect());
    await open({ client, commandTimeout: 60_000 });
    const listing = listWith(async (count) => {
      if (count !== 1) return;
      await admin.config('RESETSTAT');
      proxy.loseReplies();
    });
    await eventually(async () => /cmdstat_scan:calls=1/.test(await admin.info('commandstats')));
    await server.restart();
    proxy.cut();
    expect((await listing).size).toBe(IDENTIFIERS.length);
  });

  it('NS-3 during a clear: no key is left, and each removal is counted once', async () => {
    let steps = 0;
    const restarting: DriverLayer = {
      name: 'restarting',
      around: (driver) =>
        aroundEveryCall(driver, async ({ verb }, proceed) => {
          const result = await proceed();
          if (verb === 'clear' && (steps += 1) === 3) await restart();
          return result;
        }),
    };
    await open({ url: server.url, layers: [restarting] });
    expect(await storage.clearNamespace()).toBe(IDENTIFIERS.length);
    expect(await admin.dbsize()).toBe(0);
  });
});

describe('a connection that breaks repeatedly', () => {
  it('LS-3 ends a listing with an error instead of leaving out keys', async () => {
    await open({ url: server.url });
    const breaking = listWith(async (count) => {
      if (count % 1000 !== 0) return;
      await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes');
      await eventually(() => storage.health());
    });
    await expect(breaking).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
  });
});
