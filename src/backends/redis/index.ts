export { RedisStorage } from './redis.storage.js';
export type {
  RedisClientOptions,
  RedisClusterOptions,
  RedisCommonOptions,
  RedisConnectionOptions,
  RedisStorageOptions,
  RedisUrlOptions,
} from './redis.options.js';
export { RedisDriver, type RedisDriverOptions } from './redis.driver.js';
export type { RedisClusterSettings } from './connection/cluster-client.js';
export type { RedisClient, RedisSource } from './connection/redis-client.js';
export type { RedisPrefix } from './kurigram-layout.js';
export type { RedisDurability } from './connection/replica-confirmation.js';
