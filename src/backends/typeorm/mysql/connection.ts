import { connect, type Socket } from 'node:net';
import type { OwnDataSource } from '../dialect/typeorm-types.js';
import { columnValue } from '../dialect/result-row.js';
import type { ServerDialect } from '../server/server-dialect.js';
import type { MysqlFlavour } from './options.js';
import type { ImportModule } from '../dialect/import-package.js';
import type { ServerHooks, ServerSettings } from '../server/own-server.connection.js';
import { loadServerPackages } from '../server/server-packages.js';
import { placeOf, type ResolvedServerOptions, type ServerSource } from '../server/server.options.js';

/** One of the two servers, and what is said to it. */
export interface MysqlServer extends MysqlFlavour {
  /** As a message names it. */
  readonly product: string;
  readonly dialect: ServerDialect;
}

const DEFAULT_PORT = 3306;
const PACKAGE = { name: 'mysql2', install: 'typeorm@^0.3.28 mysql2@^3.15.3' };

/** MySQL or MariaDB as a `ServerConnection` takes it. */
export function mysqlServer(
  { backend, product, dialect }: MysqlServer,
  options: ResolvedServerOptions,
  importModule?: ImportModule,
): ServerSettings {
  return {
    backend,
    dialect,
    place: placeOf(product, options.source, DEFAULT_PORT),
    commandTimeout: options.commandTimeout,
    async createDataSource(hooks): Promise<OwnDataSource> {
      const { DataSource, driver } = await loadServerPackages({ backend, ...PACKAGE }, importModule);
      const prepared = preparingConnections(driver, sessionSettings(options.commandTimeout), hooks.onPoolError);
      return new DataSource({ ...dataSourceOptions(options, hooks), type: backend, driver: prepared });
    },
  };
}

/**
 * What every connection is told first, whatever the server's own settings say: each statement is a transaction; a
 * backslash escapes, as mysql2 takes for granted; rows are locked, not the gaps between them, which would make writers
 * of neighbouring keys wait for each other; who waits for a lock stops waiting when its caller has gone.
 */
function sessionSettings(commandTimeout: number): readonly string[] {
  const seconds = Math.max(1, Math.ceil(commandTimeout / 1000));
  return [
    `SET SESSION autocommit = 1, sql_mode = 'STRICT_TRANS_TABLES', innodb_lock_wait_timeout = ${seconds}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ];
}

/** The driver's package, whose pools tell each new connection the settings before anybody gets it. */
function preparingConnections(
  driver: unknown,
  settings: readonly string[],
  onError: (error: unknown) => void,
): { readonly createPool: (options: unknown) => unknown } {
  return {
    createPool(options) {
      const pool = call(driver, 'createPool', options);
      // mysql2 sends in the order it was asked, and asks here first.
      call(pool, 'on', 'connection', (connection: unknown) => {
        for (const sql of settings) call(connection, 'query', sql, closeWhere(connection, onError));
      });
      return pool;
    },
  };
}

/** A connection with other settings than these must not be used. */
function closeWhere(connection: unknown, onError: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    if ((error ?? null) === null) return;
    onError(error);
    call(connection, 'destroy');
  };
}

function call(object: unknown, name: string, ...parameters: readonly unknown[]): unknown {
  const method = columnValue(object, name);
  if (typeof method !== 'function') throw new TypeError(`mysql2 has no ${name}; is it a version from 3.15.3 on?`);
  return method.apply(object, parameters) as unknown;
}

function dataSourceOptions(options: ResolvedServerOptions, { sockets }: ServerHooks): object {
  const { commandTimeout, poolSize } = options;
  const given = connectionOf(options.source);
  const extra = columnValue(given, 'extra');
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
      stream: sockets.factory(columnValue(extra, 'stream'), (connection) =>
        openSocket(columnValue(connection, 'config')),
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

/** As mysql2 would; a connection that the network lost without a word is noticed while it is idle. */
function openSocket(config: unknown): Socket {
  const path = columnValue(config, 'socketPath');
  if (typeof path === 'string') return connect({ path });
  const host = columnValue(config, 'host');
  const port = Number(columnValue(config, 'port') ?? DEFAULT_PORT);
  return connect({ host: typeof host === 'string' ? host : 'localhost', port, keepAlive: true, noDelay: true });
}
