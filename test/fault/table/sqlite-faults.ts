import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { openStorage } from '../../linearizability/open-storage.js';
import { type Finding, findingOf } from './finding.js';
import { fateOf, ObservedLoad } from './observed-load.js';

type SqliteDriver = 'better-sqlite3' | 'sqlite3';

/** A place for one database, which a fault may spoil. */
export interface Place {
  readonly folder: string;
  readonly path: string;
  open(options?: object): Promise<BaseStorage>;
}

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const SMALL_DISK = 'size=2m';
const FILLER = 'x'.repeat(100_000);
/** Shorter than a lock is kept here. */
const BUSY_TIMEOUT_MS = 500;

/** What can happen to a file. What cannot be brought about on this machine gives a sentence instead. */
export const SQLITE_FAULTS: Readonly<Record<string, (driver: SqliteDriver) => Promise<Finding | string>>> = {
  'disk full': (driver) =>
    isRoot ? onSmallDisk(driver, diskFull) : Promise.resolve('not run: needs root for a small disk'),
  'read-only file': (driver) => (isRoot ? onSmallDisk(driver, readOnlyDisk) : inFolder(driver, readOnlyFile)),
  'corrupted file': (driver) => inFolder(driver, corruptedFile),
  'locked by another process': (driver) => inFolder(driver, lockedFile),
};

export async function inFolder<T>(driver: SqliteDriver, fault: (place: Place) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fsm-fault-table-'));
  const path = join(folder, 'fsm.db');
  const openHere = (options: object = {}): Promise<BaseStorage> =>
    openStorage({ backend: 'sqlite', options: { path, driver, ...options } });
  return fault({ folder, path, open: openHere }).finally(() => rm(folder, { recursive: true, force: true }));
}

function onSmallDisk(driver: SqliteDriver, fault: (place: Place) => Promise<Finding>): Promise<Finding> {
  return inFolder(driver, async (place) => {
    await run('mount', ['-t', 'tmpfs', '-o', SMALL_DISK, 'tmpfs', place.folder]);
    return fault(place).finally(() => run('umount', ['--lazy', place.folder]));
  });
}

/** Fills the disk with states until one finds no room; the small ones before it must be there. */
async function diskFull(place: Place): Promise<Finding> {
  const storage = await place.open();
  await storage.start();
  const load = new ObservedLoad(storage);
  await load.burst(300);
  let fate = 'ok';
  for (let filled = 0; fate === 'ok' && filled < 1000; filled += 1) {
    fate = await storage.setState(`filler:${filled}`, { filler: FILLER }).then(() => 'ok', fateOf);
  }
  const isReadable = (await storage.getState('state:0')) !== null;
  // To delete takes room too.
  await run('mount', ['-o', 'remount,size=16m', place.folder]);
  const healedAt = performance.now();
  await load.burst(300);
  const backAfterMs = performance.now() - healedAt;
  const finding = findingOf(await load.end(), backAfterMs);
  await storage.stop();
  const seen = `${fate.replace(' ', ', ')} of what found no room; reads ${isReadable ? 'go on' : 'fail'}`;
  return { ...finding, seen, isBroken: finding.isBroken || !isReadable || fate === 'ok' };
}

async function readOnlyDisk(place: Place): Promise<Finding> {
  const before = await place.open();
  await before.start();
  await before.setState('first', { name: 'here' });
  await before.stop();
  await run('mount', ['-o', 'remount,ro', place.folder]);
  return startThatFails(place, () => run('mount', ['-o', 'remount,rw', place.folder]));
}

async function readOnlyFile(place: Place): Promise<Finding> {
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

async function startThatFails(place: Place, heal: () => Promise<unknown>): Promise<Finding> {
  const storage = await place.open();
  const began = performance.now();
  const fate = await storage.start().then(() => 'ok', fateOf);
  const longestWaitMs = performance.now() - began;
  await heal();
  const healedAt = performance.now();
  await storage.start();
  const isThere = (await storage.getState('first')) !== null;
  const backAfterMs = performance.now() - healedAt;
  await storage.stop();
  const lost = isThere ? 'nothing' : 'the state';
  return {
    seen: `start: ${fate.replace(' ', ', ')}`,
    longestWaitMs,
    lost,
    backAfterMs,
    isBroken: fate === 'ok' || !isThere,
  };
}

/** All but the first page is overwritten, which holds the schema. */
async function corruptedFile(place: Place): Promise<Finding> {
  const before = await place.open();
  await before.start();
  for (let index = 0; index < 500; index += 1) await before.setState(`state:${index}`, { filler: 'x'.repeat(200) });
  await before.stop();
  const file = await open(place.path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096);
  await file.close();
  const storage = await place.open();
  const ofStart = await storage.start().then(() => 'ok', fateOf);
  const ofRead =
    ofStart === 'ok'
      ? await storage.getState('state:7').then((state) => (state === null ? 'null' : 'ok'), fateOf)
      : '—';
  await storage.stop();
  return {
    seen: `start: ${ofStart.replace(' ', ', ')}; read: ${ofRead.replace(' ', ', ')}`,
    lost: 'what was overwritten; never told as “not found”',
    isBroken: ofRead === 'null' || ofRead === 'ok',
  };
}

const LOCK = `
  const Database = require('better-sqlite3');
  const database = new Database(process.argv[1]);
  database.exec('BEGIN IMMEDIATE');
  process.stdout.write('locked');
  process.stdin.once('data', () => { database.exec('COMMIT'); process.exit(); });`;

async function lockedFile(place: Place): Promise<Finding> {
  const storage = await place.open({ busyTimeout: BUSY_TIMEOUT_MS });
  await storage.start();
  const load = new ObservedLoad(storage);
  load.begin();
  await load.after(100, (fate) => fate === 'ok');
  const holder = spawn(process.execPath, ['-e', LOCK, place.path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(holder, 'exit');
  await once(holder.stdout, 'data');
  await load.after(16, (fate) => fate !== 'ok');
  holder.stdin.end('let go');
  await gone;
  const healedAt = performance.now();
  await load.after(1, (fate) => fate === 'ok');
  const backAfterMs = performance.now() - healedAt;
  await load.after(100, (fate) => fate === 'ok');
  const finding = findingOf(await load.end(), backAfterMs);
  await storage.stop();
  return { ...finding, seen: `${finding.seen} (busyTimeout ${BUSY_TIMEOUT_MS} ms)` };
}
