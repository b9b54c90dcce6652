import type { Duplex } from 'node:stream';
import type { DriverContext } from '../../../contract/storage-driver.js';
import { within } from '../../../toolkit/time-limit.js';
import type { SqlConnection, SqlSession } from '../dialect/dialect.js';
import type { OwnDataSource } from '../dialect/typeorm-types.js';
import { PooledSession } from './pooled-session.js';
import type { Send, ServerDialect } from './server-dialect.js';
import { settleDialect } from './settle-dialect.js';

/** What a DataSource that we own opens its sockets with, and reports errors to. */
export interface ServerHooks {
  readonly sockets: OpenSockets;
  /** For errors of idle connections, which have no caller. */
  readonly onPoolError: (error: unknown) => void;
}

/** A server, and how to connect to it. */
export interface OwnServerSettings {
  readonly backend: string;
  readonly dialect: ServerDialect;
  /** The server's address, as a message may show it. */
  readonly location: string;
  readonly commandTimeout: number;
  /** Imports the packages it needs and makes a DataSource that is not connected yet. */
  readonly createDataSource: (hooks: ServerHooks) => Promise<OwnDataSource>;
  /** @defaultValue that of the dialect */
  readonly send?: Send | undefined;
}

/** The server did not reply while connecting or disconnecting. */
class LateConnectionError extends Error {
  override readonly name = 'LateConnectionError';
}

/** A server connected through a DataSource that we own. */
export class OwnServerConnection implements SqlConnection {
  readonly backend: string;
  readonly location: string;
  readonly #settings: OwnServerSettings;
  #dialect: ServerDialect;
  #opened:
    { readonly dataSource: OwnDataSource; readonly sockets: OpenSockets; readonly session: PooledSession } | undefined;

  constructor(settings: OwnServerSettings) {
    this.backend = settings.backend;
    this.location = settings.location;
    this.#settings = settings;
    this.#dialect = settings.dialect;
  }

  get dialect(): ServerDialect {
    return this.#dialect;
  }

  async open(context: DriverContext): Promise<SqlSession> {
    const { location } = this;
    const { commandTimeout, send, dialect } = this.#settings;
    const failed = { effect: 'read', location, wasSent: false } as const;
    const sockets = new OpenSockets();
    const onPoolError = (error: unknown): void => {
      // While the connection opens or closes, the caller of `open` or `close` gets the error.
      if (this.#opened !== undefined) context.reportBackgroundError(dialect.translateError(error, failed));
    };
    const dataSource = await this.#settings.createDataSource({ sockets, onPoolError });
    try {
      const createLateError = (): Error => new LateConnectionError(`no answer within ${commandTimeout} ms`);
      await within(commandTimeout, dataSource.initialize(), createLateError);
    } catch (error) {
      sockets.destroyAll();
      throw dialect.translateError(error, failed);
    }
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    const session = new PooledSession({ createQueryRunner, dialect, location, commandTimeout, send });
    this.#opened = { dataSource, sockets, session };
    this.#dialect = dialect;
    return session;
  }

  async settle(session: SqlSession): Promise<void> {
    this.#dialect = await settleDialect(session, this.#dialect, this.location);
  }

  /** Rejects if a write would fail, for want of a privilege for example. */
  async configure(session: SqlSession): Promise<void> {
    await session.read(this.#dialect.ping, null);
  }

  async close(): Promise<void> {
    if (this.#opened === undefined) return;
    const { dataSource, sockets, session } = this.#opened;
    this.#opened = undefined;
    // Only health checks can still be running: `stop` has waited for all other commands.
    session.cancelAll();
    const createLateError = (): Error => new LateConnectionError('the server does not close its connections');
    try {
      await within(this.#settings.commandTimeout, dataSource.destroy(), createLateError);
    } catch {
      // No command is running, and the sockets are destroyed in any case: the failure has no effect.
    } finally {
      sockets.destroyAll();
    }
  }
}

/** Opens a socket from the arguments that a database driver passes. */
type SocketFactory = (...parameters: readonly unknown[]) => Duplex;

/**
 * The sockets of a pool. A pool that is closed waits for its server to close the connections; a frozen server never does,
 * and the process would not end.
 */
export class OpenSockets {
  readonly #sockets = new Set<Duplex>();

  /**
   * Creates the value of a driver's `stream` option.
   * @param custom - the app's socket factory, if it has one: an SSH tunnel, a cloud connector
   */
  createFactory(custom: unknown, defaultFactory: SocketFactory): SocketFactory {
    const open = isFactory(custom) ? custom : defaultFactory;
    return (...parameters) => {
      const socket = open(...parameters);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      return socket;
    };
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function isFactory(value: unknown): value is SocketFactory {
  return typeof value === 'function';
}
