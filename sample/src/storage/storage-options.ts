import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FsmStorageModuleOptions } from 'nestjs-fsm-storage';
import { EnvironmentError } from '../settings/environment-reader.js';
import type { Settings } from '../settings/settings.js';
import { JsonFileDriver } from './json-file.driver.js';

/** What the bot wants of every backend. */
const COMMON = {
  /** Separates the bot's entries from those of other programs in the same store. */
  namespace: 'order-bot',
  /** A store that is down is waited for, so many times and milliseconds, before the bot gives up starting. */
  retryAttempts: 5,
  retryDelay: 1000,
} as const;

/** One word in the environment decides where everything is kept. */
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
 * A storage would make it too, but take a wrong path for an outage and wait for it to end.
 * @throws EnvironmentError when it cannot be made
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new EnvironmentError([
      `DATA_DIR: expected a folder that exists or can be made; got "${path}": ${reason(error)}.`,
    ]);
  }
}

function reason(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
