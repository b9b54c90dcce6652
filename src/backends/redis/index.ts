export { RedisStorage } from './redis.storage.js';
export type { RedisStorageOptions } from './redis.options.js';
export type { RedisAddress, RedisClusterAddress, RedisDurability, RedisStorageSettings } from './redis-option-types.js';
export { RedisDriver, type RedisDriverOptions } from './redis.driver.js';
export type { RedisClient, RedisSource } from './connection/redis-client.js';
export type { RedisPrefix } from './kurigram-layout.js';
