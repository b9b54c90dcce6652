import { describe, expect, it } from '@jest/globals';
import type { SqlCommand, SqlConnection, SqlSession } from '../../../../src/backends/typeorm/dialect/dialect.js';
import { createSqliteDialect } from '../../../../src/backends/typeorm/sqlite/dialect.js';
import { TypeOrmDriver } from '../../../../src/backends/typeorm/typeorm.driver.js';
import type { StorageKey, WriteExpiry } from '../../../../src/contract/storage-driver.js';
import { systemClock } from '../../../../src/contract/clock.js';
import { textCodec } from '../../../../src/codec/state-codec.js';

const STATE: StorageKey = { namespace: 'fsm', kind: 'state', identifier: 'x' };
const COUNTER: StorageKey = { namespace: 'fsm', kind: 'counter', identifier: 'x' };
const EXPIRY: WriteExpiry = { ttlMs: null, expiresAt: null, onLive: 'replace' };

/** A driver whose database rejects every write; `readValue` is the stored value at the n-th read. */
async function openRejectingDriver(readValue: (count: number) => unknown) {
  const dialect = createSqliteDialect();
  const calls = { reads: 0, writes: 0 };
  const session: SqlSession = {
    read: async <Row, Result>(command: SqlCommand<Row, Result>): Promise<Result> => {
      if (Object.is(command, dialect.verifyTable)) return [] as Result;
      calls.reads += 1;
      return readValue(calls.reads) as Result;
    },
    write: async <Row, Result>(command: SqlCommand<Row, Result>): Promise<Result> => {
      calls.writes += 1;
      return (Object.values(dialect.increment).some((each) => Object.is(each, command)) ? null : false) as Result;
    },
    execute: async () => [],
  };
  const connection: SqlConnection = {
    backend: 'sqlite',
    dialect,
    location: 'here',
    open: async () => session,
    close: async () => {},
  };
  const driver = new TypeOrmDriver({ connection, schema: 'verify' });
  await driver.open({ clock: systemClock, reportBackgroundError: () => {} });
  return { driver, calls };
}

describe('TypeOrmDriver', () => {
  it('ER-4 rejects an increment that keeps losing to other callers after ten attempts', async () => {
    const { driver, calls } = await openRejectingDriver(() => 1);
    await expect(driver.increment(COUNTER, 1, EXPIRY)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      scope: 'call',
      message: 'here: other callers kept changing the counter; try again.',
    });
    expect(calls).toEqual({ reads: 10, writes: 10 });
  });

  it('CNT-4 reports an overflow as soon as the stored total explains the rejection', async () => {
    const { driver, calls } = await openRejectingDriver(() => Number.MAX_SAFE_INTEGER);
    expect(await driver.increment(COUNTER, 1, EXPIRY)).toBe('overflow');
    expect(calls).toEqual({ reads: 1, writes: 1 });
  });

  it('CAS-4 returns false from a compare-and-set when another program keeps changing the spelling', async () => {
    const { driver, calls } = await openRejectingDriver((count) => `{"a":${' '.repeat(count)}1}`);
    const expected = textCodec.expect('{"a":1}');
    expect(await driver.compareAndSet(STATE, expected, { state: '{}', expiry: EXPIRY })).toBe(false);
    expect(calls).toEqual({ reads: 10, writes: 10 });
  });
});
