import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { stopAfterAll } from '../support/fixtures.js';
import { findFreePort } from '../support/free-port.js';
import { RedisSentinels } from '../support/redis-sentinel.js';

const WITHIN_MS = 60_000;
/** No sentinel considers a server dead before this time. */
const DOWN_AFTER_MS = 600_000;

let storage: RedisStorage;
const group = await stopAfterAll(RedisSentinels.start({ proxied: true }));
await group.setDownAfter(DOWN_AFTER_MS);
afterEach(() => storage.stop());

const open = (connection: object = {}): RedisStorage =>
  (storage = new RedisStorage({ connection: { ...group.connection, ...connection } }));
const areListeners = (...counts: number[]): Promise<void> =>
  eventually(async () => (await group.listeners()).join() === counts.join(), WITHIN_MS);
const countSockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe('a storage of a group of sentinels', () => {
  it('LC-1 listens to every sentinel once while it is started, and to none afterwards', async () => {
    const before = countSockets();
    await open().start();
    await areListeners(1, 1, 1);
    await storage.stop();
    await areListeners(0, 0, 0);
    await eventually(() => countSockets() <= before);
    await storage.start();
    await areListeners(1, 1, 1);
  });

  it('LC-1 listens to no sentinel if its start has failed', async () => {
    await expect(open({ name: 'others' }).start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await areListeners(0, 0, 0);
  });

  it('LC-1 listens to no sentinel if the app sets failoverDetector to false', async () => {
    await open({ failoverDetector: false }).start();
    expect(await group.listeners()).toEqual([0, 0, 0]);
  });

  it('ER-5 listens again to a sentinel that was down, and prints nothing meanwhile', async () => {
    const print = jest.spyOn(console, 'error');
    try {
      await open().start();
      await areListeners(1, 1, 1);
      const [first] = group.sentinels;
      await first?.kill();
      await areListeners(1, 1);
      await first?.restart();
      await areListeners(1, 1, 1);
      expect(print).not.toHaveBeenCalled();
    } finally {
      print.mockRestore();
      await group.restore();
      await group.setDownAfter(DOWN_AFTER_MS);
    }
  });
});

describe('a storage with a sentinel that accepts connections but never replies', () => {
  const sockets = new Set<Socket>();
  let silent: Server;

  beforeAll(async () => {
    silent = createServer((socket) => void sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, 'close');
  });

  it.each([['first'], ['last']])(
    'LC-1 starts, works and stops if that sentinel is the %s in the list',
    async (position) => {
      const print = jest.spyOn(console, 'error');
      const { port } = silent.address() as AddressInfo;
      const useless = [port, await findFreePort()].map((port) => ({ host: '127.0.0.1', port }));
      const { sentinels } = group.connection;
      const before = countSockets();
      try {
        await open({
          sentinels: position === 'first' ? [...useless, ...sentinels] : [...sentinels, ...useless],
        }).start();
        await storage.setState('chat:1', { name: 'Order:cart' });
        await areListeners(1, 1, 1);
        await storage.stop();
        await areListeners(0, 0, 0);
        for (const socket of sockets) socket.destroy();
        await eventually(() => countSockets() <= before);
        expect(print).not.toHaveBeenCalled();
      } finally {
        print.mockRestore();
      }
    },
  );
});

describe('a healthy master that is replaced', () => {
  it('ER-4 is no longer used, although it still acknowledges writes', async () => {
    await open().start();
    await areListeners(1, 1, 1);
    const old = await group.master();
    // The sentinels cannot make it a replica, because their messages do not arrive.
    group.proxyOf(old).loseReplies();
    try {
      await group.promote();
      const admin = group.admin(await group.master());
      let writes = 0;
      await eventually(async () => {
        writes += 1;
        const isWritten = await storage.setState('chat:1', { name: `Order:${writes}` }).then(
          () => true,
          () => false, // The storage has just left the old master.
        );
        return isWritten && (await admin.get('fsm:chat:1')) === `{"name":"Order:${writes}"}`;
      }, WITHIN_MS).finally(() => admin.disconnect());
      const former = group.admin(old);
      expect(await former.get('fsm:chat:1')).not.toBe(`{"name":"Order:${writes}"}`);
      expect(await former.info('replication')).toContain('role:master');
      former.disconnect();
    } finally {
      group.proxyOf(old).cut();
    }
  });
});
