import type { DriverContext } from '../../../contract/storage-driver.js';
import { within } from '../../../toolkit/time-limit.js';
import type { OwnDataSource } from '../dialect/typeorm-types.js';
import type { ServerDialect } from './server-dialect.js';
import { OpenSockets } from './open-sockets.js';
import { PooledSession, type Send } from './pooled-session.js';
import type { SqlConnection, SqlSession } from '../dialect/sql-session.js';

/** What a DataSource of our own reports to and opens its sockets by. */
export interface ServerHooks {
  readonly sockets: OpenSockets;
  /** For errors of idle connections, which no caller waits for. */
  readonly onPoolError: (error: unknown) => void;
}

/** A server, as a storage of our own reaches it. */
export interface ServerSettings {
  readonly backend: string;
  readonly dialect: ServerDialect;
  /** Where it is, as a message may name it. */
  readonly place: string;
  readonly commandTimeout: number;
  /** Loads the packages it needs and makes a DataSource that is not connected yet. */
  readonly createDataSource: (hooks: ServerHooks) => Promise<OwnDataSource>;
  /** @defaultValue as TypeORM does */
  readonly send?: Send | undefined;
}

/** There was no answer while connecting. */
class LateConnectionError extends Error {
  override readonly name = 'LateConnectionError';
}

/** A server reached through a DataSource of our own. */
export class ServerConnection implements SqlConnection {
  readonly #settings: ServerSettings;
  #opened:
    { readonly dataSource: OwnDataSource; readonly sockets: OpenSockets; readonly session: PooledSession } | undefined;

  constructor(settings: ServerSettings) {
    this.#settings = settings;
  }

  get backend(): string {
    return this.#settings.backend;
  }

  get dialect(): ServerDialect {
    return this.#settings.dialect;
  }

  get place(): string {
    return this.#settings.place;
  }

  async open(context: DriverContext): Promise<SqlSession> {
    const { dialect, place } = this;
    const { commandTimeout, send } = this.#settings;
    const failure = { access: 'read', place, wasSent: false } as const;
    const sockets = new OpenSockets();
    const onPoolError = (error: unknown): void => {
      // While it opens or closes, the caller is told.
      if (this.#opened !== undefined) context.reportBackgroundError(dialect.translate(error, failure));
    };
    const dataSource = await this.#settings.createDataSource({ sockets, onPoolError });
    try {
      const tooLate = (): Error => new LateConnectionError(`no answer within ${commandTimeout} ms`);
      await within(commandTimeout, dataSource.initialize(), tooLate);
    } catch (error) {
      sockets.destroyAll();
      throw dialect.translate(error, failure);
    }
    const session = new PooledSession({ dataSource, dialect, place, commandTimeout, send });
    this.#opened = { dataSource, sockets, session };
    return session;
  }

  async configure(): Promise<void> {}

  async check(): Promise<void> {}

  async close(): Promise<void> {
    if (this.#opened === undefined) return;
    const { dataSource, sockets, session } = this.#opened;
    this.#opened = undefined;
    // Only health checks can be: `stop` waited for all else.
    session.end();
    const tooLate = (): Error => new LateConnectionError('the server does not hang up');
    try {
      await within(this.#settings.commandTimeout, dataSource.destroy(), tooLate);
    } catch {
      // Nothing is in flight and nobody uses it any more: whether it went in good order changes nothing.
    } finally {
      sockets.destroyAll();
    }
  }
}
