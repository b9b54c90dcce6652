import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import type { StorageKey } from '../../src/contract/storage-driver.js';
import type { ContractBackend, StorageHarness } from '../../src/testing/storage-harness.js';
import { askPostgres, type Row } from './postgres-client.js';
import { type PostgresServer, startPostgresServer } from './postgres-server.js';
import { POSTGRES_18, type ServerProduct } from './server-products.js';

let databases = 0;

export const postgresBackend = createBackend('postgres');
export const postgres18Backend = createBackend('postgres 18', POSTGRES_18);

function createBackend(name: string, product?: ServerProduct): ContractBackend {
  /** A server that ends with this process; every harness has its own database. */
  let server: Promise<PostgresServer> | undefined;
  return {
    name,
    traits: ['server-clock'],
    async createHarness() {
      server ??= startPostgresServer(product === undefined ? {} : { product });
      return createPostgresHarness(await server);
    },
  };
}

async function createPostgresHarness(postgres: PostgresServer): Promise<StorageHarness> {
  databases += 1;
  const database = `harness${databases}`;
  await askPostgres(postgres.url, `CREATE DATABASE ${database}`);
  const url = postgres.url.replace(/\/postgres$/, `/${database}`);
  const ask = (sql: string, ...parameters: readonly unknown[]): Promise<Row[]> => askPostgres(url, sql, parameters);
  // Thousands of calls at once must not depend on how busy the machine is.
  const common = { url, commandTimeout: 30_000 };
  return {
    createStorage: (options) => new PostgresStorage({ ...common, ...options }),
    /** The server's clock cannot be moved, so every deadline is. */
    async passTime(milliseconds) {
      for (const table of ['fsm_state', 'fsm_counter']) {
        await ask(`UPDATE ${table} SET expires_at = expires_at - $1::bigint`, Math.round(milliseconds));
      }
    },
    async writeRaw({ namespace, identifier }, text) {
      await ask(
        `INSERT INTO fsm_state VALUES ($1, $2, $3, NULL)
        ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at = NULL`,
        ...[namespace, identifier, text],
      );
    },
    async readRaw({ namespace, identifier }: StorageKey) {
      const query = 'SELECT state_json FROM fsm_state WHERE namespace = $1 AND identifier = $2';
      const [row] = await ask(query, namespace, identifier);
      return row === undefined ? null : String(row['state_json']);
    },
    async countStored(namespace) {
      const states = await ask('SELECT 1 FROM fsm_state WHERE namespace = $1', namespace);
      const counters = await ask('SELECT 1 FROM fsm_counter WHERE namespace = $1', namespace);
      return states.length + counters.length;
    },
    async interrupt() {
      await postgres.kill();
      return () => postgres.restart();
    },
    async dispose() {
      await askPostgres(postgres.url, `DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}
