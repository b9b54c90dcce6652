import { freeze } from '../support/freeze.js';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { startRedisServer } from '../support/redis-server.js';
import type { ServerHandle } from './faults.js';
import type { StorageDescription } from './open-storage.js';

/** A server of the test's own that keeps what it has acknowledged, whatever happens to it. */
export interface DurableServer {
  readonly server: ServerHandle;
  /** A storage that connects to a port: that of the server, or that of a proxy to it. */
  describe(port: number): StorageDescription;
  stop(): Promise<void>;
}

/** What is to be done to a server by its process id. */
interface Killable {
  readonly port: number;
  readonly pid: number;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** One of each kind. */
export const SERVERS = {
  redis: async (): Promise<DurableServer> => {
    const redis = await startRedisServer({ persistent: true });
    return {
      server: handleOf(redis),
      describe: (port) => ({ backend: 'redis', options: { url: `redis://127.0.0.1:${port}` } }),
      stop: () => redis.stop(),
    };
  },
  postgres: async (): Promise<DurableServer> => {
    const postgres = await startPostgresServer();
    let thaw = (): void => {};
    return {
      server: {
        ...handleOf(postgres),
        freeze: async () => {
          thaw = await postgres.freeze();
        },
        resume: () => thaw(),
      },
      describe: (port) => ({ backend: 'postgres', options: { url: withPort(postgres.url, port) } }),
      stop: () => postgres.stop(),
    };
  },
  mariadb: () => startDurable('mariadb', startMariadbServer),
  mysql: () => startDurable('mysql', startMysqlServer),
} satisfies Record<string, () => Promise<DurableServer>>;

async function startDurable(
  backend: 'mariadb' | 'mysql',
  startServer: typeof startMysqlServer,
): Promise<DurableServer> {
  const server = await startServer({ durable: true });
  return {
    server: handleOf(server),
    describe: (port) => ({ backend, options: { url: withPort(server.url, port) } }),
    stop: () => server.stop(),
  };
}

function handleOf(server: Killable): ServerHandle {
  return {
    port: server.port,
    kill: () => server.kill(),
    restart: () => server.restart(),
    freeze: () => freeze(server.pid),
    resume: () => void process.kill(server.pid, 'SIGCONT'),
  };
}

function withPort(url: string, port: number): string {
  const moved = new URL(url);
  moved.port = `${port}`;
  return moved.href;
}
