import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { useConnections, useRedis } from '../support/redis-fixtures.js';
import { keepCalling } from '../support/outcome-count.js';

const CALLERS = 20;

const { server, admin } = await useRedis();
// By default ioredis sends commands without a reply again after a reconnect.
const connections = useConnections(server.port);

describe.each(connections)('a connection that breaks under load, %s', (_, options) => {
  let storage: RedisStorage;

  beforeEach(async () => {
    storage = new RedisStorage(options());
    await storage.start();
  });
  afterEach(() => storage.stop());

  async function killConnections(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      await storageIsBusy();
      await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    }
  }

  async function storageIsBusy(): Promise<void> {
    const before = await totalCommands();
    while ((await totalCommands()) < before + 200) await new Promise((resolve) => setImmediate(resolve));
  }

  async function totalCommands(): Promise<number> {
    const stats = await admin.info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  it('ER-4 settles every increment, and counts none twice', async () => {
    let isOn = true;
    const calling = keepCalling(
      CALLERS,
      () => storage.increment('total'),
      () => isOn,
    );
    await killConnections(15);
    isOn = false;
    const outcomes = await calling;
    const total = Number(await admin.get('fsm#total'));
    expect(outcomes.acknowledged).toBeGreaterThan(0);
    expect(outcomes.unknown).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(outcomes.acknowledged);
    expect(total).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
  });

  it('CAS-4 ER-4 never loses a compare-and-set to itself', async () => {
    let isOn = true;
    const rejected: string[] = [];
    const versions = new Map<number, number>();
    // Each caller is the only writer of its state, so false means that it lost to its own write.
    const advance = async (caller: number): Promise<void> => {
      const identifier = `caller:${caller}`;
      const version = versions.get(caller) ?? 0;
      const expected = version === 0 ? null : { version };
      try {
        if (!(await storage.compareAndSet(identifier, { version: version + 1 }, { expected })))
          rejected.push(identifier);
        versions.set(caller, version + 1);
      } catch (error) {
        const found = await admin.get(`fsm:${identifier}`);
        const stored = found === null ? 0 : (JSON.parse(found) as { version: number }).version;
        versions.set(caller, stored);
        throw error;
      }
    };
    const calling = keepCalling(CALLERS, advance, () => isOn);
    await killConnections(15);
    isOn = false;
    const outcomes = await calling;
    expect(outcomes.unknown).toBeGreaterThan(0);
    expect(rejected).toEqual([]);
  });

  it('ER-4 is not disturbed by SCRIPT FLUSH', async () => {
    let isOn = true;
    const calling = keepCalling(
      CALLERS,
      () => storage.increment('total'),
      () => isOn,
    );
    for (let round = 0; round < 20; round += 1) {
      await storageIsBusy();
      await admin.script('FLUSH');
    }
    isOn = false;
    const outcomes = await calling;
    expect(outcomes).toMatchObject({ unknown: 0, notApplied: 0 });
    expect(await storage.getCounter('total')).toBe(outcomes.acknowledged);
  });
});
