import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { openStorage } from '../../linearizability/open-storage.js';
import { type Finding, findingOf } from './finding.js';
import { callEndOf, ObservedLoad } from './observed-load.js';

type SqliteDriver = 'better-sqlite3' | 'sqlite3';

/** A folder for one database, which a fault may damage. */
export interface DatabaseFolder {
  readonly folder: string;
  readonly path: string;
  open(options?: object): Promise<BaseStorage>;
}

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const SMALL_DISK = 'size=2m';
const FILLER = 'x'.repeat(100_000);
/** Shorter than the lock is held here. */
const BUSY_TIMEOUT_MS = 500;

/** What can happen to a file. A string says why a fault cannot be run on this machine. */
export const SQLITE_FAULTS: Readonly<Record<string, (driver: SqliteDriver) => Promise<Finding | string>>> = {
  'disk full': (driver) =>
    isRoot ? onSmallDisk(driver, diskFull) : Promise.resolve('not run: needs root for a small disk'),
  'read-only file': (driver) => (isRoot ? onSmallDisk(driver, readOnlyDisk) : inTemporaryFolder(driver, readOnlyFile)),
  'corrupted file': (driver) => inTemporaryFolder(driver, corruptedFile),
  'locked by another process': (driver) => inTemporaryFolder(driver, lockedFile),
};

export async function inTemporaryFolder<T>(
  driver: SqliteDriver,
  fault: (place: DatabaseFolder) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fsm-fault-table-'));
  const path = join(folder, 'fsm.db');
  const openHere = (options: object = {}): Promise<BaseStorage> =>
    openStorage({ backend: 'sqlite', options: { path, driver, ...options } });
  return fault({ folder, path, open: openHere }).finally(() => rm(folder, { recursive: true, force: true }));
}

function onSmallDisk(driver: SqliteDriver, fault: (place: DatabaseFolder) => Promise<Finding>): Promise<Finding> {
  return inTemporaryFolder(driver, async (place) => {
    await run('mount', ['-t', 'tmpfs', '-o', SMALL_DISK, 'tmpfs', place.folder]);
    return fault(place).finally(() => run('umount', ['--lazy', place.folder]));
  });
}

/** Fills the disk with states until a write fails; the small states before it must still be there. */
async function diskFull(place: DatabaseFolder): Promise<Finding> {
  const storage = await place.open();
  await storage.start();
  const load = new ObservedLoad(storage);
  await load.burst(300);
  let end = 'ok';
  for (let filled = 0; end === 'ok' && filled < 1000; filled += 1) {
    end = await storage.setState(`filler:${filled}`, { filler: FILLER }).then(() => 'ok', callEndOf);
  }
  const isReadable = (await storage.getState('state:0')) !== null;
  // Deleting needs space too.
  await run('mount', ['-o', 'remount,size=16m', place.folder]);
  const recoveredAt = performance.now();
  await load.burst(300);
  const backAfterMs = performance.now() - recoveredAt;
  const finding = findingOf(await load.end(), backAfterMs);
  await storage.stop();
  const seen = `${end.replace(' ', ', ')} of writes that did not fit; reads ${isReadable ? 'go on' : 'fail'}`;
  return { ...finding, seen, isBroken: finding.isBroken || !isReadable || end === 'ok' };
}

async function readOnlyDisk(place: DatabaseFolder): Promise<Finding> {
  const before = await place.open();
  await before.start();
  await before.setState('first', { name: 'here' });
  await before.stop();
  await run('mount', ['-o', 'remount,ro', place.folder]);
  return startThatFails(place, () => run('mount', ['-o', 'remount,rw', place.folder]));
}

async function readOnlyFile(place: DatabaseFolder): Promise<Finding> {
  const before = await place.open();
  await before.start();
  await before.setState('first', { name: 'here' });
  await before.stop();
  await chmod(place.path, 0o444);
  await chmod(place.folder, 0o555);
  return startThatFails(place, async () => {
    await chmod(place.folder, 0o755);
    await chmod(place.path, 0o644);
  });
}

async function startThatFails(place: DatabaseFolder, recover: () => Promise<unknown>): Promise<Finding> {
  const storage = await place.open();
  const began = performance.now();
  const end = await storage.start().then(() => 'ok', callEndOf);
  const longestWaitMs = performance.now() - began;
  await recover();
  const recoveredAt = performance.now();
  await storage.start();
  const isThere = (await storage.getState('first')) !== null;
  const backAfterMs = performance.now() - recoveredAt;
  await storage.stop();
  const lost = isThere ? 'nothing' : 'the state';
  return {
    seen: `start: ${end.replace(' ', ', ')}`,
    longestWaitMs,
    lost,
    backAfterMs,
    isBroken: end === 'ok' || !isThere,
  };
}

/** All but the first page is overwritten, which holds the schema. */
async function corruptedFile(place: DatabaseFolder): Promise<Finding> {
  const before = await place.open();
  await before.start();
  for (let index = 0; index < 500; index += 1) await before.setState(`state:${index}`, { filler: 'x'.repeat(200) });
  await before.stop();
  const file = await open(place.path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096);
  await file.close();
  const storage = await place.open();
  const ofStart = await storage.start().then(() => 'ok', callEndOf);
  const ofRead =
    ofStart === 'ok'
      ? await storage.getState('state:7').then((state) => (state === null ? 'null' : 'ok'), callEndOf)
      : '—';
  await storage.stop();
  return {
    seen: `start: ${ofStart.replace(' ', ', ')}; read: ${ofRead.replace(' ', ', ')}`,
    lost: 'what was overwritten; never reported as “not found”',
    isBroken: ofRead === 'null' || ofRead === 'ok',
  };
}

const LOCK = `
  const Database = require('better-sqlite3');
  const database = new Database(process.argv[1]);
  database.exec('BEGIN IMMEDIATE');
  process.stdout.write('locked');
  process.stdin.once('data', () => { database.exec('COMMIT'); process.exit(); });`;

async function lockedFile(place: DatabaseFolder): Promise<Finding> {
  const storage = await place.open({ busyTimeout: BUSY_TIMEOUT_MS });
  await storage.start();
  const load = new ObservedLoad(storage);
  load.begin();
  await load.after(100, (end) => end === 'ok');
  const holder = spawn(process.execPath, ['-e', LOCK, place.path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(holder, 'exit');
  await once(holder.stdout, 'data');
  await load.after(16, (end) => end !== 'ok');
  holder.stdin.end('let go');
  await gone;
  const recoveredAt = performance.now();
  await load.after(1, (end) => end === 'ok');
  const backAfterMs = performance.now() - recoveredAt;
  await load.after(100, (end) => end === 'ok');
  const finding = findingOf(await load.end(), backAfterMs);
  await storage.stop();
  return { ...finding, seen: `${finding.seen} (busyTimeout ${BUSY_TIMEOUT_MS} ms)` };
}
