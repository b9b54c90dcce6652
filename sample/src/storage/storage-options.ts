import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FsmStorageModuleOptions } from 'nestjs-fsm-storage';
import type { Settings } from '../settings/settings.js';
import { JsonFileDriver } from './json-file.driver.js';

/** What the bot wants of every backend. */
const COMMON = {
  /** Separates the bot's entries from those of other programs in the same Redis. */
  namespace: 'order-bot',
  /** A store that is down is waited for, so many times and milliseconds, before the bot gives up starting. */
  retryAttempts: 5,
  retryDelay: 1000,
} as const;

/** One word in the environment decides where everything is kept. */
export function toStorageOptions({ storage, dataFolder, redisUrl }: Settings): FsmStorageModuleOptions {
  switch (storage) {
    case 'memory':
      return { ...COMMON, backend: 'memory' };
    case 'sqlite':
      mkdirSync(dataFolder, { recursive: true });
      return { ...COMMON, backend: 'sqlite', path: join(dataFolder, 'order-bot.db') };
    case 'redis':
      return { ...COMMON, backend: 'redis', url: redisUrl };
    case 'file':
      return { ...COMMON, backend: 'custom', storage: new JsonFileDriver({ folder: join(dataFolder, 'files') }) };
  }
}
