import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StorageKey, WriteExpiry } from '../../src/contract/storage-driver.js';
import { createSqliteDialect } from '../../src/backends/typeorm/sqlite/dialect.js';
import { resolveSqliteOptions } from '../../src/backends/typeorm/sqlite/options.js';
import { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { textCodec } from '../../src/codec/state-codec.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { driverContext, openRaw, type RawDatabase, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';
import { ListeningConnection, type Sent } from '../support/sqlite-listening.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

const STATE: StorageKey = { namespace: 'fsm', kind: 'state', identifier: 'chat:1' };
const COUNTER: StorageKey = { namespace: 'fsm', kind: 'counter', identifier: 'visits' };
// A clock that stands still from a start of its own: however slowly the suite loads, no state is born expired.
const START = 1_800_000_000_000;
const EXPIRY: WriteExpiry = { ttlMs: 1000, expiresAt: START + 1000, onLive: 'replace' };
const KEEP: WriteExpiry = { ...EXPIRY, onLive: 'keep' };
const FIRST = { state: '{"v":1}', expiry: EXPIRY };
const SECOND = { state: '{"v":2}', expiry: KEEP };

/** Every verb that an app's operation is made of, with a result that takes the short road. */
const VERBS: readonly (readonly [string, (driver: TypeOrmDriver) => Promise<unknown>])[] = [
  ['write', (driver) => driver.write(STATE, FIRST)],
  ['write, keeping the deadline', (driver) => driver.write(STATE, { ...FIRST, expiry: KEEP })],
  ['read', (driver) => driver.read(STATE)],
  ['readMany', (driver) => driver.readMany('fsm', ['chat:1', 'chat:2'])],
  ['compareAndSet over a state', (driver) => driver.compareAndSet(STATE, textCodec.expect('{"v":1}'), SECOND)],
  ['compareAndSet of nothing', (driver) => driver.compareAndSet(STATE, textCodec.expect('{"v":2}'), null)],
  ['compareAndSet over nothing', (driver) => driver.compareAndSet(STATE, null, FIRST)],
  ['readTtl', (driver) => driver.readTtl(STATE)],
  ['writeTtl', (driver) => driver.writeTtl(STATE, EXPIRY)],
  ['remove', (driver) => driver.remove(STATE)],
  ['increment', (driver) => driver.increment(COUNTER, 1, EXPIRY)],
  ['increment, keeping the deadline', (driver) => driver.increment(COUNTER, 1, KEEP)],
  ['readCounter', (driver) => driver.readCounter(COUNTER)],
  ['ping', (driver) => driver.ping()],
];

describe.each(SQLITE_DRIVERS)('the statements sent to %s', (driverName) => {
  let connection: ListeningConnection;
  let driver: TypeOrmDriver;
  let raw: RawDatabase;

  beforeEach(async () => {
    const { driver: file } = resolveSqliteOptions({
      path: await folders.createFilePath(),
      driver: driverName,
      durability: 'normal',
      busyTimeout: 1000,
    });
    connection = new ListeningConnection(file);
    driver = new TypeOrmDriver({ connection, schema: 'create' });
    await driver.open(driverContext(new FakeClock(START)));
    raw = await openRaw(file.path, driverName);
    connection.sent.length = 0;
  });

  afterEach(async () => {
    await raw.close();
    await driver.close();
    jest.restoreAllMocks();
  });

  async function plansOf(sent: readonly Sent[]): Promise<string[]> {
    const plans = sent.map(({ sql, parameters }) => raw.all(`EXPLAIN QUERY PLAN ${sql}`, ...parameters));
    return (await Promise.all(plans)).flat().map((row) => String(row['detail']));
  }

  it('does every verb by exactly one statement', async () => {
    for (const [name, call] of VERBS) {
      connection.sent.length = 0;
      await call(driver);
      expect([name, connection.sent.length]).toEqual([name, 1]);
    }
  });

  it('finds its row by the primary key in every verb of one key', async () => {
    for (const [name, call] of VERBS) {
      if (name === 'ping') continue;
      connection.sent.length = 0;
      await call(driver);
      const plans = (await plansOf(connection.sent)).filter((plan) => /fsm_/.test(plan));
      const searches = plans.every((plan) =>
        /USING (INDEX sqlite_autoindex_fsm_state_1|PRIMARY KEY) \(namespace=\? AND identifier=\?\)/.test(plan),
      );
      expect([name, searches, plans]).toEqual([name, true, plans]);
    }
  });

  it('finds its rows by the primary key in every verb of many keys, never by reading the table', async () => {
    const { read, remove, replaceIfEqual, writeTtl } = createSqliteDialect();
    const rows = ['a', 'b'].map((identifier) => ({
      key: { ...STATE, identifier },
      ...{ state: '{}', expected: '{}', expiresAt: null },
    }));
    const commands = [
      read.state,
      read.counter,
      remove.state,
      remove.counter,
      writeTtl.state,
      writeTtl.counter,
      ...Object.values(replaceIfEqual),
    ];
    for (const { batch } of commands) {
      const statement = batch?.statement(rows, 0);
      const plans = await plansOf(statement === undefined ? [] : [statement]);
      const found = plans.filter((plan) => /fsm_/.test(plan));
      expect(found).toEqual([
        expect.stringMatching(
          /^SEARCH .*(sqlite_autoindex_fsm_state_1|PRIMARY KEY) \(namespace=\? AND identifier=\?\)/,
        ),
      ]);
    }
  });

  it('LS-4 pages a listing by a range of the primary key, without sorting', async () => {
    for await (const page of driver.scan('fsm', 'chat:', 'state')) void page;
    expect(await plansOf(connection.sent)).toEqual([
      expect.stringContaining(
        'USING INDEX sqlite_autoindex_fsm_state_1 (namespace=? AND identifier>? AND identifier<?)',
      ),
    ]);
    expect(connection.sent.some(({ sql }) => /LIKE|GLOB/.test(sql))).toBe(false);
  });

  it('TTL-5 finds what to sweep by the index on the deadline', async () => {
    await driver.sweep(100);
    const plans = await plansOf(connection.sent);
    expect(plans).toEqual(
      expect.arrayContaining([
        expect.stringContaining('INDEX fsm_state_expires_at (expires_at<?)'),
        expect.stringContaining('INDEX fsm_counter_expires_at (expires_at<?)'),
      ]),
    );
    expect(plans.filter((plan) => plan.startsWith('SCAN'))).toEqual([]);
  });

  it('NS-3 clears by the primary key', async () => {
    for await (const batch of driver.clear('fsm')) void batch;
    expect((await plansOf(connection.sent)).filter((plan) => plan.startsWith('SCAN'))).toEqual([]);
  });

  it('prepares no statement twice: a verb has one text, whatever the row', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (const [, call] of VERBS) await call(driver);
      await Promise.all(VERBS.map(([, call]) => call(driver)));
    }
    const prepared = new Set(connection.sent.map(({ sql }) => sql));
    expect(prepared.size).toBeLessThanOrEqual(2 * VERBS.length);
  });

  it('sends states as parameters only', async () => {
    for (const [, call] of VERBS) await call(driver);
    expect(connection.sent.filter(({ sql }) => sql.includes('"v"') || sql.includes('chat'))).toEqual([]);
  });
});
