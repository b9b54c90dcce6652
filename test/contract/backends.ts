import type { ContractBackend } from '../../src/testing/storage-harness.js';
import { mariadbBackend, mysqlBackend } from '../support/mysql-backend.js';
import { postgresBackend } from '../support/postgres-backend.js';
import { redisBackend, redisClusterBackend, redisSentinelBackend } from '../support/redis-backend.js';
import { sampleFileBackend } from '../support/sample-file-backend.js';
import { memoryBackend } from './support/memory-backends.js';
import { createSqliteBackend } from './support/sqlite-backend.js';

const sqlite3Backend = createSqliteBackend('sqlite3');
const betterSqlite3Backend = createSqliteBackend('better-sqlite3');

/** Every backend. Each must keep every rule. */
export const BACKENDS: readonly ContractBackend[] = [
  memoryBackend,
  sqlite3Backend,
  betterSqlite3Backend,
  redisBackend,
  redisClusterBackend,
  redisSentinelBackend,
  postgresBackend,
  mariadbBackend,
  mysqlBackend,
  sampleFileBackend,
];

export {
  betterSqlite3Backend,
  mariadbBackend,
  memoryBackend,
  mysqlBackend,
  postgresBackend,
  redisBackend,
  redisClusterBackend,
  redisSentinelBackend,
  sampleFileBackend,
  sqlite3Backend,
};
