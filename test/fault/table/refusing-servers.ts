import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Redis } from 'ioredis';
import type { DurableServer } from '../../linearizability/servers.js';
import { eventually } from '../../support/eventually.js';
import { askPostgres, canConnect, connectTo } from '../../support/postgres-client.js';

/** Makes a server reject a kind of command, until the returned function is called. */
export type Refusal = (server: DurableServer) => Promise<() => Promise<void>>;

/** The user of an app. A database's administrator may write to a read-only server. */
export const APP_USER = { name: 'app', password: 'app-secret' } as const;

/** Demotes a server, as a failover does that leaves the app connected to the old primary. */
export const DEMOTIONS: Readonly<Record<string, Refusal>> = {
  redis: async ({ server }) => {
    await askRedis(server.port, (redis) => redis.call('replicaof', '127.0.0.1', '1'));
    return () => askRedis(server.port, (redis) => redis.call('replicaof', 'no', 'one'));
  },
  postgres: async (durable) => {
    const url = urlOf(durable);
    const [setting] = await askPostgres(url, "SELECT current_setting('data_directory') AS folder");
    await askPostgres(url, `COPY (SELECT 1) TO '${String(setting?.['folder'])}/standby.signal'`);
    await durable.server.restart();
    await eventually(() => canConnect(url), 30_000);
    return async () => void (await askPostgres(url, 'SELECT pg_promote()'));
  },
  mariadb: async (durable) => {
    await askMysql(durable, 'SET GLOBAL read_only = 1');
    return () => askMysql(durable, 'SET GLOBAL read_only = 0');
  },
  mysql: async (durable) => {
    await askMysql(durable, 'SET GLOBAL read_only = 1');
    return () => askMysql(durable, 'SET GLOBAL read_only = 0');
  },
};

/** Makes Redis fail to save to its disk: it then rejects writes with MISCONF. */
export const failSnapshots: Refusal = async ({ server }) => {
  const snapshot = async (status: 'ok' | 'err'): Promise<void> =>
    askRedis(server.port, (redis) =>
      eventually(async () => {
        await redis.bgsave().catch(() => {}); // The one before is not done yet.
        return (await redis.info('persistence')).includes(`rdb_last_bgsave_status:${status}`);
      }),
    );
  let occupied = '';
  await askRedis(server.port, async (redis) => {
    const [, folder = ''] = (await redis.config('GET', 'dir')) as string[];
    occupied = join(folder, 'dump.rdb');
    // A snapshot is renamed to its final name, which fails while a folder has that name.
    await mkdir(occupied);
    await redis.config('SET', 'save', '3600 1');
  });
  await snapshot('err');
  return async () => {
    await rmdir(occupied);
    await snapshot('ok');
  };
};

/** Holds the lock of the row that the callers count in, from another session. */
export const ROW_LOCKS: Readonly<Record<string, Refusal>> = {
  postgres: async (durable) => {
    const session = await connectTo(urlOf(durable));
    await session.query('BEGIN');
    await session.query('SELECT 1 FROM fsm_counter FOR UPDATE');
    return async () => {
      await session.query('ROLLBACK');
      await session.end();
    };
  },
  mariadb: lockMysqlRow,
  mysql: lockMysqlRow,
};

/** Gives Postgres another isolation level by default. */
export const serializeByDefault: Refusal = async (durable) => {
  const setting = 'ALTER DATABASE postgres SET default_transaction_isolation';
  await askPostgres(urlOf(durable), `${setting} = 'serializable'`);
  return async () => void (await askPostgres(urlOf(durable), `${setting} = 'read committed'`));
};

/** Creates the user of an app on MySQL and MariaDB, which may do what a storage needs and no more. */
export async function createAppUser(durable: DurableServer): Promise<void> {
  await askMysql(durable, `CREATE USER '${APP_USER.name}'@'%' IDENTIFIED BY '${APP_USER.password}'`);
  await askMysql(durable, `GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, INDEX ON fsm.* TO '${APP_USER.name}'@'%'`);
}

async function lockMysqlRow(durable: DurableServer): Promise<() => Promise<void>> {
  const session = await createConnection(urlOf(durable));
  await session.query('BEGIN');
  await session.query('SELECT 1 FROM fsm_counter FOR UPDATE');
  return async () => {
    await session.query('ROLLBACK');
    await session.end();
  };
}

async function askRedis(port: number, question: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(port, '127.0.0.1');
  await question(redis).finally(() => redis.disconnect());
}

async function askMysql(durable: DurableServer, sql: string): Promise<void> {
  const session = await createConnection(urlOf(durable));
  await session.query(sql).finally(() => session.end());
}

/** The administrator's URL. */
function urlOf({ server, describe }: DurableServer): string {
  const { options } = describe(server.port);
  if (!('url' in options) || typeof options.url !== 'string') throw new Error('The server has no URL.');
  return options.url;
}
