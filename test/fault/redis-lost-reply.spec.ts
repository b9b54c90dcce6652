import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { useConnections, useProxy, useRedis } from '../support/redis-fixtures.js';

let storage: RedisStorage;
const { server, admin } = await useRedis();
const proxy = await useProxy(server);
afterEach(() => storage.stop());
const connections = useConnections(proxy.port, { disconnectTimeout: 0 });

describe.each(connections)('a write whose reply is lost, %s', (_, options) => {
  beforeEach(async () => {
    storage = new RedisStorage(options());
    await storage.start();
    // The server caches the scripts.
    await storage.compareAndSet('warm', { version: 1 });
    await storage.compareAndSet('warm', { version: 2 }, { expected: { version: 1 } });
    await storage.deleteState('warm');
    await storage.setState('warm', { version: 3 });
    await storage.clearNamespace();
  });

  /** Makes a write that arrives but whose reply is lost, and then breaks the connection. */
  async function losingTheReply(
    write: () => Promise<unknown>,
    hasArrived: () => Promise<boolean>,
    text?: string,
  ): Promise<unknown> {
    proxy.loseReplies(text);
    const outcome = write().then(
      (value) => ({ value }),
      (error: unknown) => error,
    );
    await eventually(hasArrived);
    proxy.cut();
    return outcome;
  }

  it.each([
    ['known to the server', false],
    ['unknown to the server', true],
  ])('ER-4 is counted at most once if its script is %s', async (_, isFlushed) => {
    await storage.increment('total');
    if (isFlushed) await admin.script('FLUSH');
    const counted = async (): Promise<boolean> => (await admin.get('fsm#total')) === '11';
    if (isFlushed) {
      // The reply NOSCRIPT is lost too, so the script never runs.
      const isRejected = async (): Promise<boolean> => /NOSCRIPT:count=[1-9]/.test(await admin.info('errorstats'));
      await admin.config('RESETSTAT');
      const outcome = await losingTheReply(() => storage.increment('total', 10), isRejected);
      expect(outcome).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
      expect(await storage.getCounter('total')).toBe(1);
      return;
    }
    const outcome = await losingTheReply(() => storage.increment('total', 10), counted);
    expect(outcome).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    expect(await storage.increment('total')).toBe(12);
  });

  it('ER-4 has an unknown outcome if a compare-and-set won, and does not return false', async () => {
    await storage.setState('a', { version: 1 });
    const isWritten = async (): Promise<boolean> => (await admin.get('fsm:a')) === '{"version":2}';
    const outcome = await losingTheReply(
      () => storage.compareAndSet('a', { version: 2 }, { expected: { version: 1 } }),
      isWritten,
    );
    expect(outcome).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    expect(await storage.getState('a')).toEqual({ version: 2 });
  });

  it('ER-4 has an unknown outcome if a state was created', async () => {
    const isWritten = async (): Promise<boolean> => (await admin.get('fsm:a')) === '{"version":1}';
    const outcome = await losingTheReply(() => storage.compareAndSet('a', { version: 1 }), isWritten);
    expect(outcome).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
  });

  it.each([
    ['deletes', () => storage.deleteState('a')],
    ['clears', () => storage.clearNamespace()],
  ])('ER-4 %s no state that another client wrote later', async (_, remove) => {
    await storage.setState('a', { version: 1 });
    const rewrite = async (): Promise<boolean> => {
      if ((await admin.exists('fsm:a')) === 1) return false;
      await admin.set('fsm:a', '{"version":2}');
      return true;
    };
    // A clear first scans for the names of the keys, and removes these names later.
    expect(await losingTheReply(remove, rewrite, 'fsm:a')).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    expect(await storage.getState('a')).toEqual({ version: 2 });
  });
});
