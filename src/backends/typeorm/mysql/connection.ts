import { connect, type Socket } from 'node:net';
import { readProperty } from '../../../toolkit/properties.js';
import { importDriver, type ImportModule } from '../dialect/import-driver.js';
import { OwnServerConnection, type OwnServerSettings, type ServerHooks } from '../server/own-server.connection.js';
import { locationOf, type ResolvedServerOptions, type ServerSource } from '../server/server.options.js';
import { createMysqlDialect } from './dialect.js';
import type { MysqlProduct } from './options.js';
import { sessionSettings } from './session.js';

const DEFAULT_PORT = 3306;

/** A connection to MySQL or MariaDB through a DataSource that we own. */
export function createMysqlConnection(
  product: MysqlProduct,
  options: ResolvedServerOptions,
  importModule?: ImportModule,
): OwnServerConnection {
  return new OwnServerConnection(mysqlSettings(product, options, importModule));
}

export function mysqlSettings(
  { backend, name }: MysqlProduct,
  options: ResolvedServerOptions,
  importModule?: ImportModule,
): OwnServerSettings {
  return {
    backend,
    dialect: createMysqlDialect({ backend, owner: 'storage' }),
    location: locationOf(name, options.source, DEFAULT_PORT),
    commandTimeout: options.commandTimeout,
    createDataSource: async (hooks) => {
      const { DataSource, driver } = await importDriver(backend, ['mysql2'], importModule);
      const preparing = withPreparedConnections(driver, sessionSettings(options.commandTimeout), hooks.onPoolError);
      return new DataSource({ ...dataSourceOptions(options, hooks), type: backend, driver: preparing });
    },
  };
}

/** The driver's package with pools that apply the settings to each new connection before its first use. */
function withPreparedConnections(
  driver: unknown,
  settings: readonly string[],
  onError: (error: unknown) => void,
): { readonly createPool: (options: unknown) => unknown } {
  return {
    createPool: (options) => {
      const pool = call(driver, 'createPool', options);
      // mysql2 sends queries in the order of the calls, and emits this event before the connection is used.
      call(pool, 'on', 'connection', (connection: unknown) => {
        for (const sql of settings) call(connection, 'query', sql, destroyOnError(connection, onError));
      });
      return pool;
    },
  };
}

/** A connection without these settings must not be used. */
function destroyOnError(connection: unknown, onError: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    if ((error ?? null) === null) return;
    onError(error);
    call(connection, 'destroy');
  };
}

function call(object: unknown, name: string, ...parameters: readonly unknown[]): unknown {
  const method = readProperty(object, name);
  if (typeof method !== 'function') throw new TypeError(`mysql2 has no ${name}; is its version 3.0.1 or later?`);
  return method.apply(object, parameters) as unknown;
}

function dataSourceOptions(options: ResolvedServerOptions, { sockets }: ServerHooks): object {
  const { commandTimeout, poolSize } = options;
  const given = connectionOf(options.source);
  const extra = readProperty(given, 'extra');
  return {
    ...given,
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
    connectTimeout: commandTimeout,
    connectorPackage: 'mysql2',
    charset: 'utf8mb4',
    multipleStatements: false,
    extra: {
      ...(typeof extra === 'object' ? extra : {}),
      stream: sockets.createFactory(readProperty(extra, 'stream'), (connection) =>
        openSocket(readProperty(connection, 'config')),
      ),
    },
  };
}

function connectionOf(source: ServerSource): object {
  if (source.kind === 'connection') return source.connection;
  const { hostname, port, username, password, pathname } = new URL(source.url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

/** As mysql2 does it, plus keepAlive: it detects idle connections that the network dropped silently. */
function openSocket(config: unknown): Socket {
  const path = readProperty(config, 'socketPath');
  if (typeof path === 'string') return connect({ path });
  const host = readProperty(config, 'host');
  const port = Number(readProperty(config, 'port') ?? DEFAULT_PORT);
  return connect({ host: typeof host === 'string' ? host : 'localhost', port, keepAlive: true, noDelay: true });
}
