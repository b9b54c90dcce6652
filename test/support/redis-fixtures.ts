import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { type RedisServer, type RedisServerOptions, startRedisServer } from './redis-server.js';
import { TcpProxy } from './tcp-proxy.js';

/** A server, and a client with which tests inspect and configure it. */
interface RedisUnderTest {
  readonly server: RedisServer;
  readonly admin: Redis;
}

/** Starts a Redis server and a client of it, removes every key before each test, and stops both after the tests of the file. */
export async function useRedis(
  serverOptions: RedisServerOptions = {},
  adminOptions: RedisOptions = {},
): Promise<RedisUnderTest> {
  const server = await startRedisServer(serverOptions);
  const admin = new Redis(server.url, adminOptions);
  beforeEach(async () => {
    await admin.flushall();
  });
  afterAll(async () => {
    await admin.quit();
    await server.stop();
  });
  return { server, admin };
}

/** Starts a proxy to a server, breaks its connections after each test, and closes it after the tests of the file. */
export async function useProxy({ port }: RedisServer): Promise<TcpProxy> {
  const proxy = await TcpProxy.to(port);
  afterEach(() => proxy.cut());
  afterAll(() => proxy.close());
  return proxy;
}

/** A name and the options of a storage that reaches the server of a test, for `describe.each`. */
type NamedConnection = [name: string, options: () => RedisStorageOptions];

/**
 * The ways in which a storage connects to the server or proxy at a local port: by itself, with a client of the app, and with
 * one that pipelines commands. The clients are created before each test and disconnected after it.
 */
export function useConnections(port: number, options: RedisOptions = {}): readonly NamedConnection[] {
  let client: Redis;
  let pipeliningClient: Redis;
  beforeEach(() => {
    client = new Redis(port, options);
    pipeliningClient = new Redis(port, { ...options, enableAutoPipelining: true });
  });
  afterEach(() => {
    client.disconnect();
    pipeliningClient.disconnect();
  });
  return [
    ['a connection of the storage', () => ({ url: `redis://127.0.0.1:${port}` })],
    ["the app's client with the default options of ioredis", () => ({ client })],
    ["the app's client with auto-pipelining", () => ({ client: pipeliningClient })],
  ];
}
