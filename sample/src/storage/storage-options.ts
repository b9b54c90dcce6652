import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FsmStorageModuleOptions } from 'nestjs-fsm-storage';
import { EnvironmentError } from '../settings/environment-reader.js';
import type { Settings } from '../settings/settings.js';
import { JsonFileDriver } from './json-file.driver.js';

/** The options that the bot sets for every backend. */
const COMMON = {
  /** Separates the bot's entries from those of other programs in the same store. */
  namespace: 'order-bot',
  /** If the store is down at the start, the bot retries this often, this many milliseconds apart. */
  retryAttempts: 5,
  retryDelay: 1000,
} as const;

/** The variable `STORAGE` decides where everything is stored. */
export function toStorageOptions({ storage, dataFolder, serverUrl }: Settings): FsmStorageModuleOptions {
  switch (storage) {
    case 'memory':
      return { ...COMMON, backend: 'memory' };
    case 'sqlite':
      makeFolder(dataFolder);
      return { ...COMMON, backend: 'sqlite', path: join(dataFolder, 'order-bot.db') };
    case 'redis':
    case 'postgres':
    case 'mariadb':
    case 'mysql':
      return { ...COMMON, backend: storage, url: serverUrl };
    case 'file':
      makeFolder(dataFolder);
      return { ...COMMON, backend: 'custom', storage: new JsonFileDriver({ folder: join(dataFolder, 'files') }) };
  }
}

/**
 * Creates the folder. A storage would create it too, but would treat a wrong path as an outage and retry.
 * @throws EnvironmentError if it cannot be created
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new EnvironmentError([
      `DATA_DIR: expected a folder that exists or can be created; got "${path}": ${reason(error)}.`,
    ]);
  }
}

function reason(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
