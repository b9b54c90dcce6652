import { Socket } from 'node:net';
import { MAX_TIMER_MS } from '../../../toolkit/time-limit.js';
import { importDriver, type ImportModule } from '../dialect/import-driver.js';
import { OwnServerConnection, type OwnServerSettings, type ServerHooks } from '../server/own-server.connection.js';
import { locationOf, type ResolvedServerOptions } from '../server/server.options.js';
import { createPostgresDialect } from './dialect.js';
import { createGuardedClient } from './guarded-client.js';
import { PreparedStatements } from './prepared-statements.js';

const DEFAULT_PORT = 5432;

/** A connection to Postgres through a DataSource that we own. */
export function createPostgresConnection(
  options: ResolvedServerOptions,
  importModule?: ImportModule,
): OwnServerConnection {
  return new OwnServerConnection(postgresSettings(options, importModule));
}

export function postgresSettings(options: ResolvedServerOptions, importModule?: ImportModule): OwnServerSettings {
  const { source, commandTimeout } = options;
  const statements = new PreparedStatements();
  const schema = source.kind === 'connection' ? source.connection['schema'] : undefined;
  return {
    backend: 'postgres',
    dialect: createPostgresDialect(typeof schema === 'string' ? schema : undefined),
    location: locationOf('Postgres', source, DEFAULT_PORT),
    commandTimeout,
    createDataSource: async (hooks) => {
      const { DataSource, driver } = await importDriver('postgres', ['pg'], importModule);
      const client = createGuardedClient(driver, (client) => statements.prepare(client));
      return new DataSource({ ...dataSourceOptions(options, hooks, client), driver });
    },
    send: (statement, runner, connection) => statements.send(statement, runner, connection),
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
    // Longer than any command waits: only the session knows which commands were sent.
    connectTimeoutMS: Math.min(2 * commandTimeout, MAX_TIMER_MS),
    poolErrorHandler: onPoolError,
    extra: {
      // A command that timed out must not keep its row lock and its connection at the server forever.
      statement_timeout: commandTimeout,
      // Detects idle connections that the network dropped silently.
      keepAlive: true,
      ...client,
      ...extra,
      stream: sockets.createFactory(extra['stream'], () => new Socket()),
    },
  };
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
