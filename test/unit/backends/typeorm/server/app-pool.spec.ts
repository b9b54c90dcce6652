import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { AppPool } from '../../../../../src/backends/typeorm/server/app-pool.js';

/** A pool of `pg`, which brings no types. */
interface Pool extends EventEmitter {
  connect(): Promise<Client & { release(): void }>;
  end(): Promise<void>;
}

const pg = createRequire(import.meta.url)('pg') as { readonly Pool: new (options: object) => Pool };

/** What such a pool takes for a client that is connected. */
class Client extends EventEmitter {
  readonly _queryable = true;

  connect(done: () => void): void {
    done();
  }

  end(done: () => void): void {
    done();
  }
}

function createDataSource(pool: unknown, type = 'postgres') {
  return {
    isInitialized: true,
    options: { type },
    driver: { master: pool },
    createQueryRunner: () => {
      throw new Error('not asked');
    },
  };
}

describe("the clients of an app's Postgres pool", () => {
  it('ER-5 survive an error while neither the pool nor a caller listens, those that were there before too', async () => {
    const pool = new pg.Pool({ Client });
    const early = await pool.connect();
    early.release();
    const watched = AppPool.of(createDataSource(pool));
    watched.watch();
    const clients = [await pool.connect(), await pool.connect()];
    expect(clients[0]).toBe(early);
    for (const client of clients) {
      expect(() => client.emit('error', new Error('terminating connection'))).not.toThrow();
    }
    watched.unwatch();
    expect(pool.listenerCount('acquire')).toBe(0);
    for (const client of clients) client.release();
    await pool.end();
  });

  it('get one listener each, however often they are taken', async () => {
    const pool = new pg.Pool({ Client });
    AppPool.of(createDataSource(pool)).watch();
    const taken: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const client = await pool.connect();
      taken.push(client.listenerCount('error'));
      client.release();
    }
    expect(taken).toEqual([1, 1, 1]);
    await pool.end();
  });

  it.each([
    ['has another database', createDataSource(new EventEmitter(), 'mysql')],
    ['has no pool', createDataSource(undefined)],
  ])('get no listener if the DataSource %s', (_, dataSource) => {
    AppPool.of(dataSource).watch();
    expect(dataSource.driver.master instanceof EventEmitter && dataSource.driver.master.eventNames()).not.toEqual([
      'acquire',
    ]);
  });

  it('are watched by two listeners, however many storages share the pool', async () => {
    const pool = new pg.Pool({ Client });
    const watchers = Array.from({ length: 15 }, () => AppPool.of(createDataSource(pool)));
    for (const watcher of watchers) watcher.watch();
    expect([pool.listenerCount('acquire'), pool.listenerCount('connect')]).toEqual([1, 1]);
    for (const watcher of watchers.slice(1)) watcher.unwatch();
    expect(pool.listenerCount('acquire')).toBe(1);
    watchers[0]?.unwatch();
    expect([pool.listenerCount('acquire'), pool.listenerCount('connect')]).toEqual([0, 0]);
    await pool.end();
  });

  it('are known to be new until others have used them', async () => {
    const pool = new pg.Pool({ Client });
    const early = await pool.connect();
    const watched = AppPool.of(createDataSource(pool));
    watched.watch();
    early.release();
    expect(watched.take(await pool.connect())).toEqual({ othersUses: 0, isNew: false });
    const client = await pool.connect();
    expect(watched.take(client)).toEqual({ othersUses: 0, isNew: true });
    client.release();
    (await pool.connect()).release();
    expect(watched.take(await pool.connect())).toEqual({ othersUses: 1, isNew: false });
  });
});
