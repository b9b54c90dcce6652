import type { RedisDurability } from '../../src/backends/redis/redis-option-types.js';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from '../support/eventually.js';
import { AcknowledgedWrites, type Loss } from './acknowledged-writes.js';

/** What is set where something may be lost. */
export interface Precaution {
  readonly durability?: RedisDurability;
  /** More arguments of every redis-server. */
  readonly args?: readonly string[];
  /** More options of the connection to sentinels. */
  readonly connection?: object;
}

/** How much is written around a failover. */
export interface FailoverLength {
  /** Acknowledged writes before it and, where there are any, meanwhile and afterwards. */
  readonly writes: number;
  /** How far replication is behind. */
  readonly lagMs: number;
}

/** Apps, each with its own connections. */
const STORAGES = 3;

/** Writes during a failover and returns what is lost afterwards. */
export async function measureLoss(
  reach: RedisStorageOptions,
  { durability }: Precaution,
  failOver: (load: AcknowledgedWrites) => Promise<void>,
  hashTag?: string,
): Promise<Loss> {
  const open = (): RedisStorage => new RedisStorage({ ...reach, ...(durability && { durability }) });
  const storages = Array.from({ length: STORAGES }, open);
  const reader = open();
  try {
    await Promise.all(storages.map((storage) => storage.start()));
    const load = new AcknowledgedWrites(storages, hashTag);
    load.begin();
    await failOver(load);
    await eventually(() => startsWell(reader));
    return await load.findLoss(reader);
  } finally {
    await Promise.all([reader, ...storages].map((storage) => storage.stop()));
  }
}

function startsWell(storage: RedisStorage): Promise<boolean> {
  return storage.start().then(
    () => true,
    () => false,
  );
}
