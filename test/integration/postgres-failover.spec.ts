import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import { failureOf, useCleanUp, useServer } from '../support/fixtures.js';
import { eventually } from '../support/eventually.js';
import { askPostgres } from '../support/postgres-client.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const oldPrimary = useServer(startPostgresServer);
const newPrimary = useServer(startPostgresServer);
const { afterTest, openStorage } = useCleanUp();

/** A name that leads to another server after the failover; connections that are open stay where they are. */
let leadsTo: number;
let url: string;

beforeEach(async () => {
  for (const server of [oldPrimary(), newPrimary()]) {
    await (await openStorage(new PostgresStorage({ url: server.url }))).clearNamespace();
  }
  leadsTo = oldPrimary().port;
  const proxy = await TcpProxy.to(() => leadsTo);
  afterTest(() => proxy.close());
  url = oldPrimary().url.replace(`:${oldPrimary().port}`, `:${proxy.port}`);
});

afterEach(() => demote('off'));

/** Rejects writes, also those of sessions that are open. */
async function demote(readOnly: 'on' | 'off'): Promise<void> {
  await askPostgres(oldPrimary().url, `ALTER SYSTEM SET default_transaction_read_only = ${readOnly}`);
  await askPostgres(oldPrimary().url, 'SELECT pg_reload_conf()');
  const isSo = `SELECT 1 WHERE current_setting('transaction_read_only') = '${readOnly}'`;
  await eventually(async () => (await askPostgres(oldPrimary().url, isSo)).length === 1);
}

const WAYS: readonly [string, () => Promise<FsmStorage>][] = [
  ['connections of its own', async () => new PostgresStorage({ url, poolSize: 3 })],
  [
    "the app's DataSource",
    async () => {
      const dataSource = await new DataSource({ type: 'postgres', url, poolSize: 3 }).initialize();
      afterTest(() => dataSource.destroy());
      return new TypeOrmStorage({ dataSource });
    },
  ],
];

describe.each(WAYS)('a server that was the primary, over %s', (_, createStorage) => {
  it('ER-4 HL-1 loses its connections with the first write that it rejects', async () => {
    const storage = await openStorage(await createStorage());
    await Promise.all(Array.from({ length: 10 }, (__, index) => storage.increment(`n${index}`)));
    await demote('on');
    // The name still leads to it: calls are rejected, and reads go on.
    await eventually(async () => !(await storage.health()));
    expect(await failureOf(storage.setState('x', {}))).toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      scope: 'command',
      message: expect.stringMatching(/25006.*connect to the primary/),
    });
    expect(await storage.getCounter('n1')).toBe(1);
    leadsTo = newPrimary().port;
    await eventually(() => storage.health());
    await storage.setState('x', { at: 'new primary' });
    expect(await storage.increment('n1')).toBe(1);
    expect(await askPostgres(newPrimary().url, 'SELECT identifier FROM fsm_state')).toEqual([{ identifier: 'x' }]);
    expect(await askPostgres(oldPrimary().url, 'SELECT identifier FROM fsm_state')).toEqual([]);
  });
});

describe('a read-only server', () => {
  it.each(['create', 'verify'] as const)("LC-1 starts no storage, with schema: '%s'", async (schema) => {
    await demote('on');
    const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
    afterTest(() => dataSource.destroy());
    for (const storage of [new PostgresStorage({ url, schema }), new TypeOrmStorage({ dataSource, schema })]) {
      expect(await failureOf(storage.start())).toMatchObject({
        code: 'UNAVAILABLE',
        outcome: 'not-applied',
        message: expect.stringMatching(/it is read-only, a standby perhaps; connect to the primary/),
      });
    }
  });
});

describe('a server whose default isolation level rejects concurrent writes', () => {
  it.each(['repeatable read', 'serializable'])('CNT-1 CAS-4 counts exactly: %s', async (level) => {
    await askPostgres(oldPrimary().url, `ALTER ROLE fsm SET default_transaction_isolation = '${level}'`);
    afterTest(() => askPostgres(oldPrimary().url, 'ALTER ROLE fsm RESET default_transaction_isolation'));
    const dataSource = await new DataSource({ type: 'postgres', url, poolSize: 12 }).initialize();
    afterTest(() => dataSource.destroy());
    const storages: FsmStorage[] = [];
    for (let index = 0; index < 12; index += 1) {
      storages.push(await openStorage(new TypeOrmStorage({ dataSource, commandTimeout: 30_000 })));
    }
    storages.push(await openStorage(new PostgresStorage({ url, commandTimeout: 30_000 })));
    const totals = await Promise.all(
      storages.flatMap((storage) => Array.from({ length: 20 }, () => storage.increment('n'))),
    );
    expect(totals.toSorted((one, other) => one - other)).toEqual(totals.map((__, index) => index + 1));
  });
});
