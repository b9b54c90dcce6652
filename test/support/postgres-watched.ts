import { createRequire } from 'node:module';
import type { ImportModule } from '../../src/backends/typeorm/dialect/import-driver.js';
import { resolvePostgresOptions } from '../../src/backends/typeorm/postgres/options.js';
import { postgresSettings } from '../../src/backends/typeorm/postgres/connection.js';
import { OwnServerConnection } from '../../src/backends/typeorm/server/own-server.connection.js';
import { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import type { PostgresClient } from './postgres-client.js';

/** A client of a storage's pool. */
export interface PooledClient extends PostgresClient {
  processID: number | null;
}

/** A `PostgresStorage`, and the connections of its pool in the order they were made. */
export interface WatchedPostgresStorage {
  readonly storage: FsmStorage;
  readonly clients: readonly PooledClient[];
}

const pg = createRequire(import.meta.url)('pg') as { readonly Client: new (...parameters: never[]) => PooledClient };

export interface WatchedPostgresOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Done once a connection is there, before the storage looks at it. */
  readonly onConnect?: (client: PooledClient) => Promise<void>;
}

export function createWatchedPostgresStorage(options: WatchedPostgresOptions): WatchedPostgresStorage {
  const { url, poolSize, onConnect = async () => {} } = options;
  const clients: PooledClient[] = [];
  const Client = class extends pg.Client {
    constructor(...parameters: never[]) {
      super(...parameters);
      clients.push(this);
    }

    override async connect(): Promise<void> {
      await super.connect();
      await onConnect(this);
    }
  };
  // The package has getters that must not be read: one of them looks for another package.
  const watched: unknown = Object.create(pg, { Client: { value: Client } });
  const importModule: ImportModule = (name) => (name === 'pg' ? Promise.resolve(watched) : import(name));
  // No connection is made or closed behind a test's back.
  const connection = { url, extra: { idleTimeoutMillis: 0 } };
  const { driver: server, storage } = resolvePostgresOptions({ connection, poolSize, commandTimeout: 30_000 });
  const driver = new TypeOrmDriver({
    connection: new OwnServerConnection(postgresSettings(server, importModule)),
    schema: 'create',
  });
  return { storage: new FsmStorage(driver, storage), clients };
}
