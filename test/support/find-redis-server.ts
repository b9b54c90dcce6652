import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOCK = join(tmpdir(), 'fsm-redis-server-install.lock');
const APT = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 };

/**
 * The path of a redis-server: the one that `FSM_TEST_REDIS_SERVER` names, else the one on the PATH, else Debian's,
 * which is installed where this runs as root.
 */
export async function findRedisServer(): Promise<string> {
  const named = process.env['FSM_TEST_REDIS_SERVER'];
  if (named !== undefined && named !== '') return assertExecutable(named);
  const found = await searchPath();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0) await installOnce();
  const installed = await searchPath();
  if (installed !== undefined) return installed;
  throw new Error(
    'The tests need a redis-server. Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install ' +
      'redis), or name one with FSM_TEST_REDIS_SERVER=/path/to/redis-server.',
  );
}

async function assertExecutable(path: string): Promise<string> {
  if (await isExecutable(path)) return path;
  throw new Error(`FSM_TEST_REDIS_SERVER: expected the path of a redis-server, but ${path} cannot be executed.`);
}

async function searchPath(): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  for (const folder of folders) {
    const path = join(folder, 'redis-server');
    if (folder !== '' && (await isExecutable(path))) return path;
  }
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Test files run side by side: one of them installs, the others wait for it. */
async function installOnce(): Promise<void> {
  while (!(await takeLock())) {
    await pause(500);
    if ((await searchPath()) !== undefined) return;
  }
  try {
    if ((await searchPath()) === undefined) await install();
  } finally {
    await rm(LOCK, { force: true });
  }
}

async function install(): Promise<void> {
  try {
    await run('apt-get', ['update'], APT);
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], APT);
  } catch (error) {
    throw new Error(
      "The tests need a redis-server, and installing Debian's package failed. Install one by hand, or name one with " +
        'FSM_TEST_REDIS_SERVER=/path/to/redis-server.',
      { cause: error },
    );
  }
}

async function takeLock(): Promise<boolean> {
  try {
    const file = await open(LOCK, 'wx');
    await file.writeFile(`${process.pid}`);
    await file.close();
    return true;
  } catch {
    if (!(await isHeld())) await rm(LOCK, { force: true });
    return false;
  }
}

/** A lock whose holder is gone counts for nothing; one that is being written just now does. */
async function isHeld(): Promise<boolean> {
  const holder = Number(await readFile(LOCK, 'utf8').catch(() => ''));
  if (!Number.isSafeInteger(holder) || holder <= 0) return true;
  try {
    process.kill(holder, 0);
    return true;
  } catch {
    return false;
  }
}
