import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import type { StateDocument } from '../../src/contract/state-document.js';
import { useRedis } from '../support/redis-fixtures.js';

interface StoredKey {
  readonly prefix: string;
  readonly key: string;
  readonly value: string;
  readonly pttl: number;
}
interface Expected {
  readonly states: Record<string, { readonly doc: StateDocument; readonly expires: boolean }>;
  readonly history: { readonly id: string; readonly redis: Record<string, StateDocument> };
  readonly counters: Record<string, unknown>;
}

const fixture = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')) as unknown;

const keys = (await fixture('kurigram-redis.json')) as StoredKey[];
const expected = (await fixture('expected.json')) as Expected;

const { server, admin } = await useRedis();

describe.each(['mybot:', 'fsm'])('entries that kurigram-addons wrote with prefix %p', (prefix) => {
  const states = new Map<string, { doc: StateDocument; expires: boolean }>([
    ...Object.entries(expected.states),
    [expected.history.id, { doc: expected.history.redis[prefix] ?? {}, expires: false }],
  ]);
  let storage: RedisStorage;

  beforeEach(async () => {
    for (const { key, value, pttl } of keys) {
      await (pttl > 0 ? admin.set(key, value, 'PX', pttl) : admin.set(key, value));
    }
    storage = new RedisStorage({ url: server.url, prefix });
    await storage.start();
  });
  afterEach(() => storage.stop());

  it('FMT-2 states can be read', async () => {
    for (const [identifier, { doc, expires }] of states) {
      expect(await storage.getState(identifier)).toEqual(doc);
      const ttl = await storage.getTtl(identifier);
      expect(typeof ttl).toBe(expires ? 'number' : 'object');
    }
    expect(await storage.getStates([...states.keys()])).toEqual([...states.values()].map(({ doc }) => doc));
  });

  it('FMT-2 LS-1 states are listed, counters are not', async () => {
    expect((await storage.listKeys()).sort()).toEqual([...states.keys()].sort());
    expect(await storage.listKeys('__*')).toEqual([]);
    await storage.setState('__ctr__:mine', { name: 'a state' });
    expect(await storage.listKeys('__*')).toEqual(['__ctr__:mine']);
  });

  it('FMT-2 CAS-1 states can be compared and set by their plain document', async () => {
    for (const [identifier, { doc }] of states) {
      expect(await storage.compareAndSet(identifier, { name: 'no' }, { expected: { ...doc, other: 1 } })).toBe(false);
      expect(await storage.compareAndSet(identifier, { name: 'next' }, { expected: doc, ttl: 'keep' })).toBe(true);
      expect(await storage.getState(identifier)).toEqual({ name: 'next' });
    }
  });

  it('FMT-2 CAS-5 states can be updated, and deleted by an update', async () => {
    for (const [identifier, { doc, expires }] of states) {
      expect(await storage.update(identifier, (current) => ({ ...current, seen: true }))).toEqual({
        ...doc,
        seen: true,
      });
      expect(typeof (await storage.getTtl(identifier))).toBe(expires ? 'number' : 'object');
      expect(await storage.update(identifier, () => null)).toBeNull();
    }
    expect(await storage.listKeys()).toEqual([]);
  });

  it('FMT-2 CAS-1 a state with other white space can be deleted by an update', async () => {
    const [first] = states;
    if (first === undefined) throw new Error('The fixture has no state.');
    const [identifier, { doc }] = first;
    const key = `${prefix}:${identifier}`;
    await admin.set(key, JSON.stringify(doc, null, 2));
    expect(await storage.update(identifier, () => null)).toBeNull();
    expect(await admin.exists(key)).toBe(0);
  });

  it('NS-3 clearing leaves the entries of another prefix', async () => {
    const others = keys.filter((stored) => stored.prefix !== prefix).length;
    await storage.clearNamespace();
    expect(await admin.dbsize()).toBe(others);
  });
});
