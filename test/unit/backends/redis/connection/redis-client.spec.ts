import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import {
  addressOf,
  createClient,
  isRedisClient,
  keyPrefixOf,
} from '../../../../../src/backends/redis/connection/redis-client.js';

const appOptions = { autoResendUnfulfilledCommands: true, enableOfflineQueue: true, maxRetriesPerRequest: 20 };
const guarantees = { autoResendUnfulfilledCommands: false, enableOfflineQueue: false, maxRetriesPerRequest: 0 };

describe('a client that the storage creates', () => {
  it('ER-4 sends nothing twice and queues nothing, whatever the options say', () => {
    const client = createClient(
      { Redis },
      { kind: 'connection', connection: { ...appOptions, lazyConnect: false } },
      5000,
    );
    expect(client.options).toMatchObject(guarantees);
    expect(client.status).toBe('wait');
  });

  it('ER-4 sends nothing twice and queues nothing, whatever the URL says', () => {
    const query = 'autoResendUnfulfilledCommands=true&enableOfflineQueue=true&maxRetriesPerRequest=20';
    const client = createClient({ Redis }, { kind: 'url', url: `redis://127.0.0.1:1?${query}&keyPrefix=app:` }, 5000);
    expect(client.options).toMatchObject(guarantees);
    expect(keyPrefixOf(client)).toBe('app:');
  });

  it('retries without a limit, with growing delays up to two seconds', () => {
    const { retryStrategy } = createClient({ Redis }, { kind: 'connection', connection: {} }, 5000).options;
    const delays = [1, 5, 10, 1000, 1_000_000].map((attempt) => Number(retryStrategy?.(attempt)));
    expect(delays[0]).toBeLessThanOrEqual(50);
    for (const delay of delays.slice(2)) expect(delay).toBeGreaterThanOrEqual(1000);
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(2000);
  });

  it('reconnects to find the new master when the server has become a replica, and sends nothing again', () => {
    const { reconnectOnError } = createClient({ Redis }, { kind: 'connection', connection: {} }, 5000).options;
    expect(reconnectOnError?.(new Error('READONLY You can’t write against a read only replica.'))).toBe(true);
    expect(reconnectOnError?.(new Error('OOM command not allowed'))).toBe(false);
  });
});

describe('the address of a client', () => {
  it.each([
    ['redis://user:hunter2@example.com:6380/1', 'example.com:6380'],
    ['redis://:hunter2@[::1]', '::1:6379'],
  ])('HL-2 of %s contains no password', (url, address) => {
    expect(addressOf(createClient({ Redis }, { kind: 'url', url }, 5000))).toBe(address);
  });

  it('can be a path, a sentinel group or a cluster', () => {
    const of = (connection: object): string =>
      addressOf(createClient({ Redis }, { kind: 'connection', connection }, 5000));
    expect(of({ path: '/run/redis.sock' })).toBe('/run/redis.sock');
    expect(of({ sentinels: [{ host: 'a', port: 1 }], name: 'main' })).toBe('sentinel group "main"');
    expect(addressOf(new Cluster([{ port: 1 }], { lazyConnect: true }))).toBe('a cluster');
  });
});

describe('isRedisClient', () => {
  it('accepts a Redis and a Cluster, and nothing else', () => {
    expect(isRedisClient(new Redis({ lazyConnect: true }))).toBe(true);
    expect(isRedisClient(new Cluster([{ port: 1 }], { lazyConnect: true }))).toBe(true);
    for (const other of [null, undefined, 'redis', {}, new Map()]) expect(isRedisClient(other)).toBe(false);
  });
});
