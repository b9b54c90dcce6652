import { beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import { failureOf, useCleanUp, useServer } from '../support/fixtures.js';
import { askPostgres, type Row } from '../support/postgres-client.js';
import { startPostgresServer } from '../support/postgres-server.js';

const server = useServer(startPostgresServer);
const { afterTest, openStorage } = useCleanUp();

let url: string;
/** Of a role without any right but to connect. */
let bot: string;
let plainUrl: string;
let databases = 0;

beforeEach(async () => {
  databases += 1;
  bot = `bot${databases}`;
  await askPostgres(server().url, `CREATE DATABASE rights${databases}`);
  url = server().url.replace(/\/postgres$/, `/rights${databases}`);
  await ask(`CREATE ROLE ${bot} LOGIN PASSWORD 'plain'`);
  const plain = new URL(url);
  plain.username = bot;
  plain.password = 'plain';
  plainUrl = plain.href;
  await openStorage(new PostgresStorage({ url }));
});

function ask(sql: string): Promise<Row[]> {
  return askPostgres(url, sql);
}

const GRANT_ALL = 'GRANT SELECT, INSERT, UPDATE, DELETE ON fsm_state, fsm_counter TO';

/** As the storage connects itself, and over a DataSource of the app. */
const WAYS: readonly [string, () => Promise<FsmStorage>][] = [
  ['connections of its own', async () => new PostgresStorage({ url: plainUrl })],
  [
    "the app's DataSource",
    async () => {
      const dataSource = await new DataSource({ type: 'postgres', url: plainUrl, poolSize: 2 }).initialize();
      afterTest(() => dataSource.destroy());
      return new TypeOrmStorage({ dataSource, schema: 'verify' });
    },
  ],
];

async function useAll(storage: FsmStorage): Promise<void> {
  await storage.setState('x', { a: 1 }, { ttl: 60 });
  expect(await storage.compareAndSet('x', { a: 2 }, { expected: { a: 1 } })).toBe(true);
  expect(await storage.getStates(['x'])).toEqual([{ a: 2 }]);
  expect(await storage.touch('x', 60)).toBe(true);
  expect(await storage.listKeys()).toEqual(['x']);
  expect(await storage.increment('n')).toBe(1);
  expect(await storage.deleteState('x')).toBe(true);
  expect(await storage.deleteState('x')).toBe(false);
  expect(await storage.getState('x')).toBeNull();
  expect(await storage.clearNamespace()).toBe(1);
  expect(await storage.health()).toBe(true);
}

describe.each(WAYS)('a role with few rights, over %s', (_, createStorage) => {
  it('LC-1 needs the rights that the guide names, and no others', async () => {
    await ask(`REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO ${bot}; ${GRANT_ALL} ${bot}`);
    await useAll(await openStorage(await createStorage()));
  });

  it.each(['SELECT', 'INSERT', 'UPDATE', 'DELETE'])(
    'LC-1 HL-1 ER-4 without %s gets an error that says what to grant',
    async (right) => {
      await ask(`${GRANT_ALL} ${bot}`);
      const storage = await openStorage(await createStorage());
      await ask(`REVOKE ${right} ON fsm_counter FROM ${bot}`);
      expect(await storage.health()).toBe(false);
      const rejected = { code: 'UNAVAILABLE', outcome: 'not-applied', scope: 'command' };
      const message = expect.stringMatching(/42501.*GRANT SELECT, INSERT, UPDATE, DELETE ON fsm_state, fsm_counter/);
      expect(await failureOf((await createStorage()).start())).toMatchObject({ ...rejected, message });
      await storage.setState('x', { still: 'works' });
    },
  );

  it('LC-1 ST-5 does not start if a policy would hide rows, and the error names it', async () => {
    await ask(`${GRANT_ALL} ${bot}; ALTER TABLE fsm_state ENABLE ROW LEVEL SECURITY`);
    expect(await failureOf((await createStorage()).start())).toMatchObject({
      message: expect.stringMatching(/no policy shows them.*BYPASSRLS/),
    });
    await ask(`CREATE POLICY "Tenants" ON fsm_state USING (namespace = current_setting('app.tenant', true))`);
    expect(await failureOf((await createStorage()).start())).toMatchObject({
      message: expect.stringMatching(
        new RegExp(`rows of table fsm_state from the user ${bot} \\(policy "Tenants"\\).*ALTER ROLE ${bot} BYPASSRLS`),
      ),
    });
    await ask(`ALTER ROLE ${bot} BYPASSRLS`);
    await useAll(await openStorage(await createStorage()));
  });

  it.each([
    ['show every row', 'CREATE POLICY all_rows ON fsm_state USING (true)'],
    [
      'are those of another role',
      `CREATE POLICY of_others ON fsm_state TO fsm USING (false); CREATE POLICY a ON fsm_state USING (true)`,
    ],
    [
      'restrict nothing',
      'CREATE POLICY a ON fsm_state USING (true); CREATE POLICY b ON fsm_state AS RESTRICTIVE USING (true)',
    ],
  ])('LC-1 ST-5 works with policies that %s', async (_, policies) => {
    await ask(`${GRANT_ALL} ${bot}; ALTER TABLE fsm_state ENABLE ROW LEVEL SECURITY; ${policies}`);
    await useAll(await openStorage(await createStorage()));
  });

  it('ST-5 LS-1 CAS-4 rejects calls instead of hiding rows once a policy applies to a running storage', async () => {
    await ask(`${GRANT_ALL} ${bot}`);
    const storage = await openStorage(await createStorage());
    await storage.setState('x', { a: 1 });
    await ask(
      "ALTER TABLE fsm_state ENABLE ROW LEVEL SECURITY; CREATE POLICY a ON fsm_state USING (namespace <> 'fsm')",
    );
    const calls = [
      () => storage.getState('x'),
      () => storage.getStates(['x']),
      () => storage.listKeys(),
      () => storage.deleteState('x'),
      () => storage.touch('x', 60),
      () => storage.getTtl('x'),
      () => storage.compareAndSet('x', { a: 2 }, { expected: { a: 1 } }),
      () => storage.compareAndSet('x', { a: 2 }),
    ];
    for (const call of calls) {
      expect(await failureOf(call)).toMatchObject({
        code: 'UNAVAILABLE',
        outcome: 'not-applied',
        message: expect.stringContaining('BYPASSRLS'),
      });
    }
    expect(await storage.health()).toBe(false);
    await ask('ALTER TABLE fsm_state DISABLE ROW LEVEL SECURITY');
    expect(await storage.getState('x')).toEqual({ a: 1 });
    expect(await storage.health()).toBe(true);
  });
});
