import type { EntryKind, StateWrite, StorageKey, WriteExpiry } from '../../src/contract/storage-driver.js';
import { resolveSqliteOptions } from '../../src/backends/typeorm/sqlite/options.js';
import type { SqliteDriverName } from '../../src/backends/typeorm/sqlite/driver-package.js';
import { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { textCodec } from '../../src/codec/state-codec.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { driverContext, openRaw, type RawDatabase, type TemporaryFolders } from './sqlite-files.js';
import { ListeningConnection } from './sqlite-listening.js';

/** Never expires, whatever was there. */
export const REPLACE: WriteExpiry = { ttlMs: null, expiresAt: null, onLive: 'replace' };
/** Keeps the deadline that is there. */
export const KEEP: WriteExpiry = { ...REPLACE, onLive: 'keep' };

/** A driver over a fresh file, with an ear on what it sends and a look past it. */
export interface OpenedDriver {
  readonly clock: FakeClock;
  readonly connection: ListeningConnection;
  readonly driver: TypeOrmDriver;
  readonly raw: RawDatabase;
  /** A deadline so many milliseconds ahead. */
  until(ttlMs: number, onLive?: 'replace' | 'keep'): WriteExpiry;
  close(): Promise<void>;
}

/** Opens a driver; nothing is counted as sent yet. */
export async function openListening(folders: TemporaryFolders, driverName: SqliteDriverName): Promise<OpenedDriver> {
  const clock = new FakeClock(1_800_000_000_000);
  const path = await folders.createFilePath();
  const { driver: file } = resolveSqliteOptions({
    path,
    driver: driverName,
    durability: 'normal',
    busyTimeout: 60_000,
  });
  const connection = new ListeningConnection(file);
  const driver = new TypeOrmDriver({ connection, schema: 'create' });
  await driver.open(driverContext(clock));
  const raw = await openRaw(path, driverName);
  connection.sent.length = 0;
  return {
    ...{ clock, connection, driver, raw },
    until: (ttlMs, onLive = 'replace') => ({ ttlMs, expiresAt: clock.now() + ttlMs, onLive }),
    close: async () => {
      await raw.close();
      await driver.close();
    },
  };
}

/** A key in the namespace `fsm`. */
export function key(identifier: string, kind: EntryKind = 'state', namespace = 'fsm'): StorageKey {
  return { namespace, kind, identifier };
}

/** A state that holds one value. */
export function state(value: unknown, expiry: WriteExpiry = REPLACE): StateWrite<string> {
  return { state: JSON.stringify({ value }), expiry };
}

/** That state, asked for. */
export function expected(value: unknown): ReturnType<typeof textCodec.expect> {
  return textCodec.expect(JSON.stringify({ value }));
}

/** The results of so many calls. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** What a call failed with; nothing where it did not. */
export function reasonsOf(outcome: PromiseSettledResult<unknown>): unknown[] {
  return outcome.status === 'rejected' ? [outcome.reason] : [];
}
