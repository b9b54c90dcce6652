import { resolve } from 'node:path';
import { MAX_TIMER_MS } from '../../../toolkit/time-limit.js';
import { OptionsReader } from '../../../toolkit/options-reader.js';
import {
  readStorageOptions,
  type ResolvedStorageOptions,
  type StorageOptions,
} from '../../../storage/storage-options.js';
import { SCHEMA_MODES, type SchemaMode } from '../dialect/verify-schema.js';
import { SQLITE_DRIVERS, type SqliteDriverName } from './packages.js';

/** What survives a power failure. A crash or kill of the process loses nothing that was acknowledged under either. */
export type Durability = 'full' | 'normal';

/** How a `SqliteStorage` is set up. */
export interface SqliteStorageOptions extends StorageOptions {
  /**
   * The file. It and its folder are made where they are missing. `:memory:` is refused: nothing in it would outlive
   * `stop`; `MemoryStorage` is for that.
   */
  readonly path: string;
  /**
   * The package that reads the file; `sqlite3` needs TypeORM 0.3. Within one process open a file through one of them
   * only: they do not see each other's locks.
   * @defaultValue `better-sqlite3` where it is installed, else `sqlite3`
   */
  readonly driver?: SqliteDriverName | undefined;
  /**
   * `full`: what is acknowledged is on the disk. `normal`: faster, as no write waits for the disk; a power
   * failure may take the last writes, but damages nothing.
   * @defaultValue 'full'
   */
  readonly durability?: Durability | undefined;
  /**
   * `create` makes the tables that are missing; `verify` makes nothing, not even the file, and fails where the tables
   * are not as the exported migrations make them.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode | undefined;
  /**
   * Milliseconds in which another process may hold the file's lock before an operation fails with
   * `StorageUnavailableError`; from 0.
   * @defaultValue 5000
   */
  readonly busyTimeout?: number | undefined;
}

/** A file, settled. */
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

/** @throws InvalidOptionsError telling every problem at once */
export function resolveSqliteOptions(options: SqliteStorageOptions): {
  readonly file: ResolvedSqliteOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('SqliteStorage', options);
  const path = reader.text('path');
  if (isPathMissing(options)) reader.problem('path: expected the path of the database file, got undefined');
  if (path === ':memory:') reader.problem("path: ':memory:' would be lost at every stop; use MemoryStorage instead");
  const file: ResolvedSqliteOptions = {
    path: resolve(path ?? ''),
    driver: reader.oneOf('driver', SQLITE_DRIVERS),
    durability: reader.oneOf('durability', DURABILITIES) ?? DEFAULTS.durability,
    schema: reader.oneOf('schema', SCHEMA_MODES) ?? DEFAULTS.schema,
    busyTimeout: reader.integer('busyTimeout', { min: 0, max: MAX_TIMER_MS }) ?? DEFAULTS.busyTimeout,
  };
  const storage = readStorageOptions(reader);
  reader.finish();
  return { file, storage };
}

/** What is no object at all is told by the reader. */
function isPathMissing(options: unknown): boolean {
  return typeof options === 'object' && options !== null && (!('path' in options) || options.path === undefined);
}
