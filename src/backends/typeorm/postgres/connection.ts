import { Socket } from 'node:net';
import { errorCode } from '../../../toolkit/properties.js';
import { MAX_TIMER_MS } from '../../../toolkit/time-limit.js';
import type { Statement } from '../dialect/dialect.js';
import { importDriver, type ImportModule } from '../dialect/import-driver.js';
import { columnValue, type PooledQueryRunner, type StatementResult } from '../dialect/typeorm-types.js';
import { OwnServerConnection, type OwnServerSettings, type ServerHooks } from '../server/own-server.connection.js';
import { locationOf, type ResolvedServerOptions } from '../server/server.options.js';
import { createPostgresDialect } from './dialect.js';
import { isRejection } from './errors.js';
import { type PgClient, createGuardedClient } from './guarded-client.js';
import { SET_UP_OWN_SESSION } from './session.js';

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
      // A statement must not keep its row lock and its connection forever. Shorter than the command's limit, so that the
      // server's message, which says that nothing was changed, still arrives in time.
      statement_timeout: Math.ceil(commandTimeout * 0.9),
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

/** A statement's name is unknown or taken: another client uses the session after all. */
const SHARED_SESSION: readonly string[] = ['26000', '42P05'];

/** A statement's result has other types than when it was prepared: a migration has changed the table. */
const OUTDATED = '0A000';

/**
 * Sends named statements so that Postgres parses and plans them once per connection, where that is safe. A statement that
 * Postgres rejects because of its name was not executed: it is sent again without the name.
 */
export class PreparedStatements {
  /** The connections that lead to the server itself, not to a pooler. */
  readonly #direct = new WeakMap<object, PgClient>();
  #isDisabled = false;

  /** Finds out whether a new connection may keep statements prepared. Rejects if the connection is closed. */
  async prepare(client: PgClient): Promise<void> {
    try {
      const { rows } = await client.query({ text: SET_UP_OWN_SESSION, values: [client.processID] });
      if (columnValue(rows[0], 'sequential_scans') === 'off') this.#direct.set(client, client);
    } catch (error) {
      // A server that speaks Postgres' protocol but lacks these functions is used all the same.
      if (!isRejection(errorCode(error))) throw error;
    }
  }

  /** Sends a statement over the runner's connection. */
  async send(statement: Statement<unknown>, runner: PooledQueryRunner, connection: unknown): Promise<StatementResult> {
    const { name, sql, parameters } = statement;
    const client = this.#isDisabled ? undefined : this.#clientOf(connection);
    if (client === undefined || name === undefined) return runner.query(sql, parameters, true);
    try {
      const { rows, rowCount } = await client.query({ name, text: sql, values: parameters });
      return { records: rows, affected: rowCount ?? undefined };
    } catch (error) {
      const isShared = SHARED_SESSION.includes(errorCode(error));
      if (!isShared && errorCode(error) !== OUTDATED) throw error;
      this.#isDisabled ||= isShared;
      this.#direct.delete(client);
      return runner.query(sql, parameters, true);
    }
  }

  #clientOf(connection: unknown): PgClient | undefined {
    return typeof connection === 'object' && connection !== null ? this.#direct.get(connection) : undefined;
  }
}
