import { fileURLToPath } from 'node:url';
import { EnvironmentReader } from './environment-reader.js';

export const BACKENDS = ['memory', 'sqlite', 'redis', 'postgres', 'mariadb', 'mysql', 'file'] as const;

/** The backends on a server: the variable with the URL, and its valid schemes. */
const SERVERS = {
  redis: { variable: 'REDIS_URL', schemes: ['redis', 'rediss'], example: 'redis://127.0.0.1:6379' },
  postgres: {
    variable: 'POSTGRES_URL',
    schemes: ['postgres', 'postgresql'],
    example: 'postgres://postgres@127.0.0.1:5432/postgres',
  },
  mariadb: { variable: 'MARIADB_URL', schemes: ['mariadb', 'mysql'], example: 'mariadb://root@127.0.0.1:3306/test' },
  mysql: { variable: 'MYSQL_URL', schemes: ['mysql'], example: 'mysql://root@127.0.0.1:3306/test' },
} as const;

/** The settings that the environment decides. */
export interface Settings {
  /** `PORT`, default 3000; 0: any free one. */
  readonly port: number;
  /** `STORAGE`, default sqlite. */
  readonly storage: (typeof BACKENDS)[number];
  /** `REDIS_URL`, `POSTGRES_URL`, `MARIADB_URL` or `MYSQL_URL`, depending on `STORAGE`; empty and not checked for others. */
  readonly serverUrl: string;
  /** `DATA_DIR`, default the folder `data` of this sample; for sqlite and file. */
  readonly dataFolder: string;
  /** `CONVERSATION_TTL`, default 1800: seconds after its last message until a conversation is forgotten. */
  readonly conversationTtl: number;
  /** `MESSAGE_LIMIT`, default 20: messages a chat may send in one window. */
  readonly messageLimit: number;
  /** `MESSAGE_WINDOW`, default 10: seconds in a window. */
  readonly messageWindow: number;
}

/** The injection token of the settings. */
export const SETTINGS = Symbol('settings');

/** @throws EnvironmentError listing every wrong variable at once */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const reader = new EnvironmentReader(environment);
  const storage = reader.oneOf('STORAGE', BACKENDS) ?? 'sqlite';
  const settings: Settings = {
    port: reader.integer('PORT', { min: 0, max: 65_535 }) ?? 3000,
    storage,
    serverUrl: readServerUrl(reader, storage),
    // Two levels up from the compiled file, whatever the working directory is.
    dataFolder: reader.text('DATA_DIR') ?? fileURLToPath(new URL('../../data', import.meta.url)),
    conversationTtl: reader.integer('CONVERSATION_TTL', { min: 1, max: LONGEST_SECONDS }) ?? 1800,
    messageLimit: reader.integer('MESSAGE_LIMIT', { min: 1, max: 1_000_000 }) ?? 20,
    messageWindow: reader.integer('MESSAGE_WINDOW', { min: 1, max: LONGEST_SECONDS }) ?? 10,
  };
  reader.finish();
  return settings;
}

function readServerUrl(reader: EnvironmentReader, storage: Settings['storage']): string {
  if (!isOnServer(storage)) return '';
  const { variable, schemes, example } = SERVERS[storage];
  return reader.url(variable, schemes, example) ?? example;
}

function isOnServer(storage: Settings['storage']): storage is keyof typeof SERVERS {
  return Object.hasOwn(SERVERS, storage);
}

/** A year. */
const LONGEST_SECONDS = 365 * 24 * 3600;
