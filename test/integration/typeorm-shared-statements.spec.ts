import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WriteExpiry } from '../../src/contract/storage-driver.js';
import {
  KEEP,
  key,
  type OpenedDriver,
  openListening,
  reasonsOf,
  REPLACE,
  state,
  times,
} from '../support/sqlite-batches.js';
import { SQLITE_DRIVERS, TemporaryFolders } from '../support/sqlite-files.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

const MAX = Number.MAX_SAFE_INTEGER;

describe.each(SQLITE_DRIVERS)('operations that share a statement of %s', (driverName) => {
  let opened: OpenedDriver;

  const add = (amount: number, expiry: WriteExpiry = KEEP) => {
    return opened.driver.increment(key('hot', 'counter'), amount, expiry);
  };
  const deadlineOf = async (): Promise<unknown> => {
    return (await opened.raw.get('SELECT expires_at FROM fsm_counter'))?.['expires_at'];
  };

  beforeEach(async () => {
    opened = await openListening(folders, driverName);
  });

  afterEach(() => opened.close());

  describe('increments of one counter', () => {
    it('CNT-1 gives each caller the total of its step, in one statement', async () => {
      await add(10);
      opened.connection.sent.length = 0;
      expect(await Promise.all(times(64, (index) => add(index)))).toEqual(
        times(64, (index) => 10 + (index * (index + 1)) / 2),
      );
      expect(opened.connection.sent).toHaveLength(1);
    });

    it('CNT-1 adds and subtracts in the order of arrival', async () => {
      expect(await Promise.all([5, 3, -2, -1, 0, 4].map((amount) => add(amount)))).toEqual([5, 8, 6, 5, 5, 9]);
    });

    it('CNT-4 accepts and rejects each increment as if it had its own statement', async () => {
      await add(MAX - 3);
      const totals = await Promise.all(times(6, () => add(1)));
      expect(totals).toEqual([MAX - 2, MAX - 1, MAX, 'overflow', 'overflow', 'overflow']);
      expect(await Promise.all([add(MAX), add(-1), add(1), add(1)])).toEqual(['overflow', MAX - 1, MAX, 'overflow']);
    });

    it('ST-4 reports a damaged total to every caller', async () => {
      await opened.raw.exec(`INSERT INTO fsm_counter VALUES ('fsm', 'hot', 9007199254740993, NULL)`);
      const outcomes = await Promise.allSettled([...times(3, () => add(1)), opened.driver.write(key('x'), state(1))]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
    });

    it('ST-4 does not merge increments of a total outside the safe integers: each of them is rejected', async () => {
      await opened.raw.exec(`INSERT INTO fsm_counter VALUES ('fsm', 'hot', 9007199254740993, NULL)`);
      const outcomes = await Promise.allSettled(times(3, () => add(-1)));
      expect(outcomes.map(({ status }) => status)).toEqual(times(3, () => 'rejected'));
      expect(await opened.raw.get('SELECT value IS 9007199254740993 AS same FROM fsm_counter')).toEqual({ same: 1 });
    });

    it('CNT-2 CNT-3 starts an expired counter from 0 with the deadline of the first increment', async () => {
      await add(40, opened.until(10));
      opened.clock.advance(10);
      expect(await Promise.all(times(3, (index) => add(1, opened.until(100 + index, 'keep'))))).toEqual([1, 2, 3]);
      expect(await deadlineOf()).toBe(opened.clock.now() + 100);
    });

    it('CNT-3 stores the last deadline if every increment sets one', async () => {
      expect(await Promise.all(times(3, (index) => add(1, opened.until(100 + index))))).toEqual([1, 2, 3]);
      expect(await deadlineOf()).toBe(opened.clock.now() + 102);
    });

    it('CNT-2 starts from 0 after an increment whose deadline passed in the queue', async () => {
      const past = { ...REPLACE, expiresAt: opened.clock.now() };
      expect(await Promise.all([add(7, past), add(1, REPLACE), add(1, REPLACE)])).toEqual([7, 1, 2]);
    });
  });

  describe('a failure in a batch', () => {
    it.each([0, 7, 49])('ER-4 is reported only to its own caller, at index %d', async (failing) => {
      await opened.raw.exec(`CREATE TRIGGER refuse BEFORE INSERT ON fsm_state WHEN NEW.identifier = 'k${failing}'
        BEGIN SELECT RAISE(ABORT, 'planted'); END`);
      const outcomes = await Promise.allSettled(
        times(50, (index) => opened.driver.write(key(`k${index}`), state(index))),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(
        times(50, (index) => (index === failing ? 'rejected' : 'fulfilled')),
      );
      expect(outcomes[failing]).toMatchObject({ reason: { code: 'UNAVAILABLE', outcome: 'not-applied' } });
      expect(await opened.raw.get('SELECT COUNT(*) AS n FROM fsm_state')).toEqual({ n: 49 });
    });

    it('CNT-1 adds nothing twice', async () => {
      await opened.raw.exec(`CREATE TRIGGER refuse BEFORE INSERT ON fsm_counter WHEN NEW.identifier = 'bad'
        BEGIN SELECT RAISE(ABORT, 'planted'); END`);
      const bad = opened.driver.increment(key('bad', 'counter'), 1, KEEP);
      const totals = Promise.all(times(10, () => add(1)));
      await expect(bad).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await totals).toEqual(times(10, (index) => index + 1));
    });

    it('ER-4 with an unknown outcome is reported to every caller, and nothing is sent again', async () => {
      opened.connection.beforeSending = () => {
        throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
      };
      const outcomes = await Promise.allSettled(times(20, () => add(1)));
      const reasons = outcomes.flatMap(reasonsOf);
      expect(reasons).toEqual(times(20, () => expect.objectContaining({ code: 'UNAVAILABLE', outcome: 'unknown' })));
      expect(new Set(reasons).size).toBe(20);
      expect(opened.connection.sent).toHaveLength(1);
    });

    it('ER-4 by a lock is retried until the lock is released, and each call is executed once', async () => {
      await opened.raw.exec('BEGIN IMMEDIATE');
      const totals = Promise.all(times(64, () => add(1)));
      const wrote = Promise.all(times(20, (index) => opened.driver.write(key(`k${index}`), state(index))));
      while (opened.connection.sent.length < 3) await new Promise((resolve) => setImmediate(resolve));
      await opened.raw.exec('COMMIT');
      expect(await totals).toEqual(times(64, (index) => index + 1));
      await wrote;
      expect(await opened.raw.get('SELECT COUNT(*) AS n FROM fsm_state')).toEqual({ n: 20 });
    });
  });
});
