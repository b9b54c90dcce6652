import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Cluster, type Command } from 'ioredis';
import { RedisConnection } from '../../src/backends/redis/connection/redis-connection.js';
import { RedisDriver } from '../../src/backends/redis/redis.driver.js';
import type { StorageKey } from '../../src/contract/storage-driver.js';

const STATE: StorageKey = { namespace: 'fsm', kind: 'state', identifier: 'chat:1' };
const COUNTER: StorageKey = { namespace: 'fsm', kind: 'counter', identifier: 'chat:1' };
const NEVER = { ttlMs: null, expiresAt: null } as const;
const SOON = { ttlMs: 1000, expiresAt: 1000 } as const;
const NEW_ONLY = { ...SOON, onLive: 'keep' } as const;
const ALWAYS = { ...SOON, onLive: 'replace' } as const;
const EXPECTED = { encoded: '{}', matches: () => false };
const NODES = 'id-1 127.0.0.1:1@2 myself,master - 0 0 1 connected 0-16383';

/** The number of commands that each delivery sent before its `send` returned. */
const sentAtOnce: number[] = [];
let sent = 0;

/** A cluster that replies to every command with 1. */
function createReplyingCluster(): Cluster {
  const names = [Buffer.from('fsm:chat:1'), Buffer.from('fsm#chat:1')];
  const master = {
    call: () => Promise.resolve(NODES),
    info: () => Promise.resolve(''),
    scanBuffer: () => Promise.resolve([Buffer.from('0'), names]),
  };
  const sendCommand = (command: Command): Promise<unknown> => {
    sent += 1;
    command.resolve(Buffer.from('1'));
    return command.promise;
  };
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
  return Object.defineProperties(cluster, {
    status: { value: 'ready' },
    nodes: { value: () => [master] },
    sendCommand: { value: sendCommand },
  });
}

const driver = new RedisDriver({ source: { kind: 'client', client: createReplyingCluster() }, commandTimeout: 5000 });

beforeAll(async () => {
  await driver.open({ reportBackgroundError: () => {}, clock: { now: () => 0 } });
  const { deliver } = RedisConnection.prototype;
  jest.spyOn(RedisConnection.prototype, 'deliver').mockImplementation(function (this: RedisConnection, delivery) {
    deliver.call(this, {
      send: (session) => {
        const before = sent;
        const reply = delivery.send(session);
        sentAtOnce.push(sent - before);
        return reply;
      },
      succeed: (reply) => delivery.succeed(reply),
      fail: (error) => delivery.fail(error),
    });
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await driver.close();
});
beforeEach(() => void sentAtOnce.splice(0));

async function clear(): Promise<void> {
  for await (const removed of driver.clear('fsm')) expect(removed).toBe(2);
}

// A cluster client attributes each command to the call that is current when the command is sent. A command that is sent
// after `send` has returned would count for another call, and the outcomes of both would be wrong.
describe('a write in a cluster', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['write', () => driver.write(STATE, { state: '{}', expiry: ALWAYS })],
    ['write without a deadline', () => driver.write(STATE, { state: '{}', expiry: { ...NEVER, onLive: 'replace' } })],
    ['write, keeping the deadline', () => driver.write(STATE, { state: '{}', expiry: NEW_ONLY })],
    ['remove', () => driver.remove(STATE)],
    ['compare-and-set', () => driver.compareAndSet(STATE, EXPECTED, { state: '{}', expiry: ALWAYS })],
    ['compare-and-delete', () => driver.compareAndSet(STATE, EXPECTED, null)],
    ['set if absent', () => driver.compareAndSet(STATE, null, { state: '{}', expiry: ALWAYS })],
    ['increment', () => driver.increment(COUNTER, 1, ALWAYS)],
    ['increment, keeping the deadline', () => driver.increment(COUNTER, 1, NEW_ONLY)],
    ['expire', () => driver.writeTtl(STATE, SOON)],
    ['persist', () => driver.writeTtl(STATE, NEVER)],
  ])('ER-4 is sent before `send` returns: %s', async (_, write) => {
    await write();
    expect(sentAtOnce).toEqual([1]);
  });

  it('ER-4 is sent before `send` returns: every removal of a clear', async () => {
    await clear();
    expect(Math.max(...sentAtOnce)).toBe(2);
  });
});
