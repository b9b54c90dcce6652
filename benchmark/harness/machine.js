import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where to look for packages: the peers' own folder, then the library's, which has the drivers and Nest. */
const FOLDERS = [join(HERE, 'node_modules'), join(dirname(HERE), 'node_modules')];

const PACKAGES = [
  'nestjs-fsm-storage',
  ...['@nestjs/core', 'typeorm', 'better-sqlite3', 'sqlite3', 'ioredis', 'pg', 'mysql2', '@opentelemetry/api'],
  ...['keyv', '@keyv/sqlite', '@keyv/redis', '@keyv/postgres', '@keyv/mysql', 'unstorage', 'db0', 'cache-manager'],
  ...['rate-limiter-flexible', 'better-sqlite3-session-store', 'express-session', 'connect-redis', 'redis'],
  'connect-pg-simple',
];

/** What the numbers depend on besides the code, without anything that identifies the host. */
export function describeMachine() {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    nodeFlags: [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].filter((flag) => flag !== ''),
    redis: versionOf(process.env['REDIS_SERVER'] ?? 'redis-server'),
    loadAverage: loadAverage(),
    commit: commit(),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])),
  };
}

/** Over the last 1, 5 and 15 minutes. */
export function loadAverage() {
  return loadavg().map((load) => Number(load.toFixed(2)));
}

/** @param {string} name */
function packageVersion(name) {
  const file = FOLDERS.map((folder) => join(folder, name, 'package.json')).find((path) => existsSync(path));
  return file === undefined ? 'missing' : String(JSON.parse(readFileSync(file, 'utf8')).version);
}

/** @param {string} program */
function versionOf(program) {
  return run(program, ['--version'])?.match(/v=(\S+)/)?.[1] ?? 'missing';
}

function commit() {
  const head = run('git', ['-C', HERE, 'rev-parse', '--short', 'HEAD'])?.trim();
  if (head === undefined) return 'unknown';
  return run('git', ['-C', HERE, 'status', '--porcelain', '--', '../src']) === '' ? head : `${head} and changes`;
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined; // Not installed here: reported as missing.
  }
}
