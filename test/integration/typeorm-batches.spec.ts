import { setImmediate as nextTick } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import type { FakeClock } from '../../src/testing/fake-clock.js';
import { expected, KEEP, key, type OpenedDriver, openListening, state, times } from '../support/sqlite-batches.js';
import { type RawDatabase, SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';
import type { ListeningConnection } from '../support/sqlite-listening.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

describe.each(SQLITE_DRIVERS)('calls made in one tick of the event loop over %s', (driverName) => {
  let clock: FakeClock;
  let connection: ListeningConnection;
  let driver: TypeOrmDriver;
  let raw: RawDatabase;
  let until: OpenedDriver['until'];
  let close: OpenedDriver['close'];

  beforeEach(async () => {
    ({ clock, connection, driver, raw, until, close } = await openListening(folders, driverName));
  });

  afterEach(() => close());

  describe('one statement executes', () => {
    it('200 writes of states', async () => {
      await Promise.all(times(200, (index) => driver.write(key(`k${index}`), state(index))));
      expect(connection.sent).toHaveLength(1);
      expect(await driver.readMany('fsm', ['k0', 'k199'])).toEqual(['{"value":0}', '{"value":199}']);
    });

    it('at most 512 writes; the next one gets a second statement', async () => {
      await Promise.all(times(1100, (index) => driver.write(key(`k${index}`), state(index))));
      expect(connection.sent).toHaveLength(3);
      expect(await raw.get('SELECT COUNT(*) AS n FROM fsm_state')).toEqual({ n: 1100 });
    });

    it('a limited number of characters, which bounds its duration', async () => {
      const long = 'x'.repeat(10_000);
      await Promise.all(times(60, (index) => driver.write(key(`k${index}`), state(long))));
      const lengths = connection.sent.map(({ parameters }) => parameters.map(String).join('').length);
      expect(lengths).toHaveLength(3);
      expect(Math.max(...lengths)).toBeLessThan(300_000);
      expect(Math.min(...lengths)).toBeGreaterThan(30_000);
    });

    it('CAS-1 compare-and-sets, and each caller learns whether it won', async () => {
      await Promise.all(times(50, (index) => driver.write(key(`k${index}`), state(index % 2))));
      connection.sent.length = 0;
      const won = await Promise.all(
        times(50, (index) => driver.compareAndSet(key(`k${index}`), expected(1), state('next'))),
      );
      expect(won).toEqual(times(50, (index) => index % 2 === 1));
      // The losers check, also in one statement, whether the stored text is another spelling of the expected state.
      expect(connection.sent.length).toBeLessThanOrEqual(3);
      expect(await raw.get(`SELECT COUNT(*) AS n FROM fsm_state WHERE state_json = '{"value":"next"}'`)).toEqual({
        n: 25,
      });
    });

    it('inserts, removals and new deadlines, and each caller gets its own result', async () => {
      await Promise.all(times(20, (index) => driver.write(key(`k${index}`), state('old', until(10 + index)))));
      clock.advance(15);
      connection.sent.length = 0;
      const isExpired = times(20, (index) => index <= 5);
      expect(
        await Promise.all(times(20, (index) => driver.compareAndSet(key(`k${index}`), null, state('new')))),
      ).toEqual(isExpired);
      expect(await Promise.all(times(30, (index) => driver.writeTtl(key(`k${index}`), until(100))))).toEqual(
        times(30, (index) => index < 20),
      );
      expect(await Promise.all(times(30, (index) => driver.remove(key(`k${index}`))))).toEqual(
        times(30, (index) => index < 20),
      );
      expect(connection.sent).toHaveLength(3);
      expect(await raw.get('SELECT COUNT(*) AS n FROM fsm_state')).toEqual({ n: 0 });
    });

    it('TTL-1 writes that keep the deadline', async () => {
      await driver.write(key('live'), state(1, until(50)));
      await Promise.all(['live', 'new'].map((name) => driver.write(key(name), state(2, until(500, 'keep')))));
      await Promise.all(
        ['live', 'new'].map((name) => driver.compareAndSet(key(name), expected(2), state(3, until(900, 'keep')))),
      );
      expect(await driver.readTtl(key('live'))).toBe(50);
      expect(await driver.readTtl(key('new'))).toBe(500);
      expect(await driver.read(key('new'))).toBe('{"value":3}');
    });

    it('reads, after a first one that is sent at once', async () => {
      await Promise.all(times(100, (index) => driver.write(key(`k${index}`), state(index))));
      await driver.write(key('k7', 'state', 'other'), state('other'));
      connection.sent.length = 0;
      await nextTick(); // In a tick whose time budget is spent, the first read would wait with the others.
      const found = await Promise.all([
        ...times(110, (index) => driver.read(key(`k${index}`))),
        driver.read(key('k7', 'state', 'other')),
        driver.read(key('k7')),
      ]);
      expect(found).toEqual([
        ...times(100, (index) => `{"value":${index}}`),
        ...times(10, () => null),
        '{"value":"other"}',
        '{"value":7}',
      ]);
      expect(connection.sent).toHaveLength(2);
    });

    it('NS-1 writes of several namespaces, which stay separate', async () => {
      const namespaces = ['a', 'a.b', 'b'];
      await Promise.all(namespaces.map((namespace) => driver.write(key('x', 'state', namespace), state(namespace))));
      const totals = namespaces.map((namespace, index) =>
        driver.increment(key('x', 'counter', namespace), index, KEEP),
      );
      expect(await Promise.all(totals)).toEqual([0, 1, 2]);
      expect(await Promise.all(namespaces.map((namespace) => driver.remove(key('x', 'state', namespace))))).toEqual([
        true,
        true,
        true,
      ]);
      expect(connection.sent).toHaveLength(3);
    });
  });

  it('sends a single call at once, by the statement for one row', async () => {
    await driver.write(key('x'), state(1));
    await driver.increment(key('x', 'counter'), 1, KEEP);
    expect(connection.sent.map(({ sql }) => /column1/.test(sql))).toEqual([false, false]);
    await Promise.all([driver.write(key('x'), state(2)), driver.write(key('y'), state(2))]);
    expect(connection.sent.at(-1)?.sql).toMatch(/column1/);
  });

  describe('the order of calls per identifier is kept', () => {
    it('for commands of several kinds', async () => {
      const answers = await Promise.all([
        driver.write(key('x'), state(1)),
        driver.compareAndSet(key('x'), expected(1), state(2)),
        driver.write(key('y'), state('y')),
        driver.remove(key('x')),
        driver.compareAndSet(key('x'), null, state(3)),
        driver.compareAndSet(key('x'), expected(2), state(4)),
        driver.compareAndSet(key('x'), expected(3), state(5)),
        driver.write(key('x'), state(6, KEEP)),
        driver.compareAndSet(key('x'), expected(6), null),
        driver.remove(key('y')),
      ]);
      expect(answers).toEqual([undefined, true, undefined, true, true, false, true, undefined, true, true]);
      expect(await driver.readMany('fsm', ['x', 'y'])).toEqual([null, null]);
    });

    it('for writes: the last one stays', async () => {
      await Promise.all(times(100, (index) => driver.write(key('x'), state(index))));
      expect(await driver.read(key('x'))).toBe('{"value":99}');
      expect(connection.sent).toHaveLength(2);
    });

    it('TTL-1 for writes that keep the deadline: the first one sets it', async () => {
      await Promise.all(times(5, (index) => driver.write(key('x'), state(index, until(100 + index, 'keep')))));
      expect([await driver.read(key('x')), await driver.readTtl(key('x'))]).toEqual(['{"value":4}', 100]);
    });

    it('around a clear, which delays all later calls', async () => {
      const clear = async (): Promise<number> => {
        let removed = 0;
        for await (const batch of driver.clear('fsm')) removed += batch;
        return removed;
      };
      const [, removed] = await Promise.all([
        Promise.all(times(3, (index) => driver.write(key(`before${index}`), state(1)))),
        clear(),
        driver.write(key('after'), state(1)),
      ]);
      expect(removed).toBe(3);
      expect(await raw.all('SELECT identifier FROM fsm_state')).toEqual([{ identifier: 'after' }]);
    });
  });

  it.each([
    ['one caller reads', 1, 0],
    ['one caller writes', 0, 1],
    ['many callers read and write', 8, 8],
  ])('lets timers run while %s without a pause', async (_, readers, writers) => {
    let isOver = false;
    const timer = setTimeout(() => (isOver = true), 20);
    const goOn = async (call: () => Promise<unknown>): Promise<void> => {
      for (let round = 0; round < 20_000 && !isOver; round += 1) await call();
    };
    await Promise.all([
      ...times(readers, (index) => goOn(() => driver.read(key(`k${index}`)))),
      ...times(writers, (index) => goOn(() => driver.write(key(`k${index}`), state(index)))),
    ]);
    clearTimeout(timer);
    expect(isOver).toBe(true);
  });
});
