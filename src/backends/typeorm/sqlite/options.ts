import { resolve } from 'node:path';
import { MAX_TIMER_MS } from '../../../toolkit/time-limit.js';
import { OptionsReader } from '../../../toolkit/options-reader.js';
import {
  readStorageOptions,
  type ResolvedStorageOptions,
  type StorageOptions,
} from '../../../storage/storage-options.js';
import { SCHEMA_MODES, type SchemaMode } from '../dialect/verify-schema.js';
import { SQLITE_DRIVERS, type SqliteDriverName } from './driver-package.js';

/**
 * What survives a power failure. A crash or kill of the process never loses an acknowledged write.
 *
 * `full`: every acknowledged write is on the disk. `normal`: faster, because no write waits for the disk; a power failure
 * may lose the last writes, but damages nothing.
 */
export type Durability = 'full' | 'normal';

/** The options of {@link SqliteStorage}. */
export interface SqliteStorageOptions extends StorageOptions {
  /**
   * The database file. It and its folder are created if they are missing. `:memory:` is rejected, because its content
   * would not survive `stop`: use `MemoryStorage` instead.
   */
  readonly path: string | undefined;
  /**
   * The npm package that accesses the file; `sqlite3` needs TypeORM 0.3. Within one process use only one of them for a
   * file: they do not see each other's locks.
   * @defaultValue `better-sqlite3` if it is installed, else `sqlite3`
   */
  readonly driver?: SqliteDriverName | undefined;
  /** @defaultValue 'full' */
  readonly durability?: Durability | undefined;
  /**
   * `create` makes missing tables; `verify` makes nothing, not even the file, and the start fails if the tables are not
   * as the exported migrations make them.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode | undefined;
  /**
   * Milliseconds for which another process may hold the lock of the file before an operation rejects with
   * {@link StorageUnavailableError}; from 0.
   * @defaultValue 5000
   */
  readonly busyTimeout?: number | undefined;
}

/** The options with every default filled in. */
export interface ResolvedSqliteOptions {
  /** Absolute. */
  readonly path: string;
  readonly driver: SqliteDriverName | undefined;
  readonly durability: Durability;
  readonly schema: SchemaMode;
  readonly busyTimeout: number;
}

const DURABILITIES: readonly Durability[] = ['full', 'normal'];

const DEFAULTS = Object.freeze({ durability: 'full', schema: 'create', busyTimeout: 5000 } as const);

/** @throws {@link InvalidOptionsError} reporting every problem at once */
export function resolveSqliteOptions(options: SqliteStorageOptions): {
  readonly driver: ResolvedSqliteOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('SqliteStorage', options);
  const path = reader.text('path', 'required');
  if (path === ':memory:') reader.problem("path: ':memory:' would be lost at every stop; use MemoryStorage instead");
  const driver: ResolvedSqliteOptions = {
    path: resolve(path ?? ''),
    driver: reader.oneOf('driver', SQLITE_DRIVERS),
    durability: reader.oneOf('durability', DURABILITIES) ?? DEFAULTS.durability,
    schema: reader.oneOf('schema', SCHEMA_MODES) ?? DEFAULTS.schema,
    busyTimeout: reader.integer('busyTimeout', { min: 0, max: MAX_TIMER_MS }) ?? DEFAULTS.busyTimeout,
  };
  const storage = readStorageOptions(reader);
  reader.finish();
  return { driver, storage };
}
