import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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
   * The database file, as a path or a `file:` URL. It and its folder are created if they are missing. Rejected are a folder,
   * other URLs, blanks around the path, and `:memory:`, because its content would not survive `stop`: use `MemoryStorage`
   * instead.
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
  const driver: ResolvedSqliteOptions = {
    path: readPath(reader),
    driver: reader.oneOf('driver', SQLITE_DRIVERS),
    durability: reader.oneOf('durability', DURABILITIES) ?? DEFAULTS.durability,
    schema: reader.oneOf('schema', SCHEMA_MODES) ?? DEFAULTS.schema,
    busyTimeout: reader.integer('busyTimeout', { min: 0, max: MAX_TIMER_MS }) ?? DEFAULTS.busyTimeout,
  };
  const storage = readStorageOptions(reader);
  reader.finish();
  return { driver, storage };
}

/** Two characters or more: `C:` is a drive of Windows. */
const SCHEME = /^[a-z][a-z\d+.-]+:/i;

/** An absolute path. Problems go to the reader. */
function readPath(reader: OptionsReader): string {
  const given = reader.text('path', 'required') ?? '';
  const path = /^file:/i.test(given) ? pathOfUrl(given) : given;
  const problem = path === undefined ? URL_PROBLEM : problemOf(path);
  if (problem !== undefined) reader.problem(`path: ${problem}`);
  return resolve(path ?? '');
}

const URL_PROBLEM =
  'expected the path of a file such as data/fsm.db, or a file: URL such as file:./data/fsm.db without parameters';

function problemOf(path: string): string | undefined {
  if (path.startsWith(':memory:')) return "':memory:' would be lost at every stop; use MemoryStorage instead";
  if (SCHEME.test(path)) return URL_PROBLEM;
  if (path !== path.trim())
    return 'expected no blanks at the beginning or the end, which would be part of the file name';
  if (path.includes('\0')) return 'expected no U+0000';
  const isFolder = /[/\\]$/.test(path) || (path !== '' && isDirectory(path));
  return isFolder ? 'expected the path of a file, got that of a folder; add the name of the file' : undefined;
}

/** Accepts `file:./dev.db` too, which is not a valid URL but common. undefined: not the URL of a local file. */
function pathOfUrl(url: string): string | undefined {
  const rest = url.slice('file:'.length);
  if (/[?#]/.test(rest)) return undefined;
  if (!rest.startsWith('//')) return rest === '' ? undefined : decode(rest);
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
