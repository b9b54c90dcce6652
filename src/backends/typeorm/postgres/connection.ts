import { Socket } from 'node:net';
import { MAX_TIMER_MS } from '../../../toolkit/time-limit.js';
import type { OwnDataSource } from '../dialect/typeorm-types.js';
import { createPostgresDialect } from './dialect.js';
import { createGuardedClient } from './guarded-client.js';
import type { ImportModule } from '../dialect/import-package.js';
import { PreparedStatements } from './prepared-statements.js';
import type { ServerHooks, ServerSettings } from '../server/own-server.connection.js';
import { placeOf, type ResolvedServerOptions } from '../server/server.options.js';
import { loadServerPackages, type ServerPackage } from '../server/server-packages.js';

const DEFAULT_PORT = 5432;
const PG: ServerPackage = { backend: 'postgres', name: 'pg', install: 'typeorm@^0.3.28 pg@^8.11.0' };

/** Postgres as a `ServerConnection` takes it. */
export function postgresServer(options: ResolvedServerOptions, importModule?: ImportModule): ServerSettings {
  const { source, commandTimeout } = options;
  const prepared = new PreparedStatements();
  const schema = source.kind === 'connection' ? source.connection['schema'] : undefined;
  return {
    backend: 'postgres',
    dialect: createPostgresDialect(typeof schema === 'string' ? schema : undefined),
    place: placeOf('Postgres', source, DEFAULT_PORT),
    commandTimeout,
    async createDataSource(hooks): Promise<OwnDataSource> {
      const { DataSource, driver } = await loadServerPackages(PG, importModule);
      const client = createGuardedClient(driver, (client) => prepared.greet(client));
      return new DataSource({ ...dataSourceOptions(options, hooks, client), driver });
    },
    send: (statement, runner, connection) => prepared.send(statement, runner, connection),
  };
}

function dataSourceOptions(
  options: ResolvedServerOptions,
  { sockets, onPoolError }: ServerHooks,
  client: object,
): object {
  const { source, commandTimeout, poolSize } = options;
  const given: Readonly<Record<string, unknown>> =
    source.kind === 'connection' ? source.connection : { url: source.url };
  const extra = toRecord(given['extra']);
  return {
    applicationName: 'nestjs-fsm-storage',
    ...given,
    type: 'postgres',
    entities: [],
    subscribers: [],
    migrations: [],
    migrationsRun: false,
    synchronize: false,
    dropSchema: false,
    cache: false,
    // A log of statements would show the states.
    logging: false,
    poolSize,
    // Longer than any command waits: only the session can tell what was sent and what was not.
    connectTimeoutMS: Math.min(2 * commandTimeout, MAX_TIMER_MS),
    poolErrorHandler: onPoolError,
    extra: {
      // What was given up shall not hold its row and its connection at the server for ever.
      statement_timeout: commandTimeout,
      // A connection that the network lost without a word is noticed while it is idle.
      keepAlive: true,
      ...client,
      ...extra,
      stream: sockets.factory(extra['stream'], () => new Socket()),
    },
  };
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
