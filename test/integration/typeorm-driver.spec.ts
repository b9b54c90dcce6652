import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ExpectedState, StateWrite, StorageKey, WriteExpiry } from '../../src/contract/storage-driver.js';
import type { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { textCodec } from '../../src/codec/state-codec.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import {
  createSqliteDriver,
  driverContext,
  openRaw,
  type RawDatabase,
  SQLITE_DRIVERS,
  TemporaryFolders,
} from '../support/sqlite-files.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

const NEVER: WriteExpiry = { ttlMs: null, expiresAt: null, onLive: 'replace' };

function stateKey(identifier: string, namespace = 'fsm'): StorageKey {
  return { namespace, kind: 'state', identifier };
}

function counterKey(identifier: string, namespace = 'fsm'): StorageKey {
  return { namespace, kind: 'counter', identifier };
}

function write(state: string, expiry: WriteExpiry = NEVER): StateWrite<string> {
  return { state, expiry };
}

function expected(state: string): ExpectedState<string> {
  return textCodec.expect(state);
}

async function collect(pages: AsyncIterable<readonly string[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

describe.each(SQLITE_DRIVERS)('TypeOrmDriver over %s', (driverName) => {
  const clock = new FakeClock(1_800_000_000_000);
  let path: string;
  let driver: TypeOrmDriver;
  let raw: RawDatabase;

  function until(ttlMs: number, onLive: 'replace' | 'keep' = 'replace'): WriteExpiry {
    return { ttlMs, expiresAt: clock.now() + ttlMs, onLive };
  }

  /** Stores `k0000`, `k0001` and so on. */
  async function plant(count: number, expiresAt: (index: number) => number | null): Promise<void> {
    const rows = Array.from({ length: count }, (_, index) => [`k${String(index).padStart(4, '0')}`, expiresAt(index)]);
    await raw.all(
      `INSERT INTO fsm_state SELECT 'fsm', json_extract(value, '$[0]'), '{}', json_extract(value, '$[1]')
        FROM json_each(?)`,
      JSON.stringify(rows),
    );
  }

  beforeEach(async () => {
    path = await folders.createFilePath();
    driver = createSqliteDriver({ path, driver: driverName, durability: 'normal' });
    await driver.open(driverContext(clock));
    raw = await openRaw(path, driverName);
  });

  afterEach(async () => {
    await raw.close();
    await driver.close();
  });

  describe('the stored rows', () => {
    it('FMT-3 keeps a state as text with its deadline in epoch milliseconds', async () => {
      await driver.write(stateKey('chat:1'), write('{"name":"a"}', until(1500)));
      expect(await raw.all('SELECT *, typeof(state_json) AS t1, typeof(expires_at) AS t2 FROM fsm_state')).toEqual([
        {
          namespace: 'fsm',
          identifier: 'chat:1',
          state_json: '{"name":"a"}',
          expires_at: 1_800_000_001_500,
          t1: 'text',
          t2: 'integer',
        },
      ]);
    });

    it('FMT-3 keeps a counter as an integer', async () => {
      await driver.increment(counterKey('visits'), 2, NEVER);
      await driver.increment(counterKey('visits'), Number.MAX_SAFE_INTEGER - 2, until(1000));
      expect(await raw.all('SELECT *, typeof(value) AS t1, typeof(expires_at) AS t2 FROM fsm_counter')).toEqual([
        {
          namespace: 'fsm',
          identifier: 'visits',
          value: Number.MAX_SAFE_INTEGER,
          expires_at: 1_800_000_001_000,
          t1: 'integer',
          t2: 'integer',
        },
      ]);
    });

    it('ID-2 NS-1 distinguishes identifiers that differ by case, spaces, accents or namespace', async () => {
      const identifiers = ['a', 'A', 'a ', ' a', 'é', 'e\u0301', '%', '_', "'; DROP TABLE fsm_state; --", '"', '😀'];
      for (const identifier of identifiers) {
        await driver.write(stateKey(identifier), write(`{"is":${JSON.stringify(identifier)}}`));
        await driver.write(stateKey(identifier, 'fsm.sub'), write('{}'));
      }
      for (const identifier of identifiers) {
        expect(await driver.read(stateKey(identifier))).toBe(`{"is":${JSON.stringify(identifier)}}`);
      }
      expect((await collect(driver.scan('fsm', '', 'state'))).sort()).toEqual([...identifiers].sort());
    });

    it('NS-2 stores a state and a counter of one identifier separately', async () => {
      await driver.write(stateKey('x'), write('{}'));
      await driver.increment(counterKey('x'), 1, NEVER);
      expect(await driver.remove(stateKey('x'))).toBe(true);
      expect(await driver.readCounter(counterKey('x'))).toBe(1);
    });
  });

  describe('deadlines', () => {
    it('TTL-2 treats an expired state as absent for every verb, swept or not', async () => {
      await driver.write(stateKey('x'), write('{"v":1}', until(10)));
      clock.advance(10);
      expect(await driver.read(stateKey('x'))).toBeNull();
      expect(await driver.readMany('fsm', ['x'])).toEqual([null]);
      expect(await driver.readTtl(stateKey('x'))).toBeUndefined();
      expect(await driver.writeTtl(stateKey('x'), NEVER)).toBe(false);
      expect(await collect(driver.scan('fsm', '', 'state'))).toEqual([]);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":1}'), write('{}'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":1}'), null)).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), null, null)).toBe(true);
      expect(await driver.remove(stateKey('x'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), null, write('{"v":2}'))).toBe(true);
      expect(await driver.readTtl(stateKey('x'))).toBeNull();
    });

    it('TTL-1 keeps the deadline of a live state and gives a new one to an expired or absent state', async () => {
      await driver.write(stateKey('x'), write('{"v":1}', until(100)));
      clock.advance(40);
      await driver.write(stateKey('x'), write('{"v":2}', until(500, 'keep')));
      expect(await driver.readTtl(stateKey('x'))).toBe(60);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":2}'), write('{"v":3}', until(500, 'keep')))).toBe(
        true,
      );
      expect(await driver.readTtl(stateKey('x'))).toBe(60);
      clock.advance(60);
      await driver.write(stateKey('x'), write('{"v":4}', until(500, 'keep')));
      expect(await driver.readTtl(stateKey('x'))).toBe(500);
      await driver.write(stateKey('y'), write('{}', NEVER));
      await driver.write(stateKey('y'), write('{}', until(500, 'keep')));
      expect(await driver.readTtl(stateKey('y'))).toBeNull();
    });

    it('TTL-6 setState and compareAndSet replace the deadline, and touch changes only the deadline', async () => {
      await driver.write(stateKey('x'), write('{"v":1}', until(100)));
      await driver.compareAndSet(stateKey('x'), expected('{"v":1}'), write('{"v":1}', NEVER));
      expect(await driver.readTtl(stateKey('x'))).toBeNull();
      expect(await driver.writeTtl(stateKey('x'), until(50))).toBe(true);
      expect(await driver.readTtl(stateKey('x'))).toBe(50);
      expect(await driver.read(stateKey('x'))).toBe('{"v":1}');
    });

    it('CNT-2 CNT-3 starts an expired counter from zero with its new deadline, and keeps a live one', async () => {
      expect(await driver.increment(counterKey('n'), 5, until(10, 'keep'))).toBe(5);
      clock.advance(5);
      expect(await driver.increment(counterKey('n'), 1, until(10, 'keep'))).toBe(6);
      clock.advance(5);
      expect(await driver.readCounter(counterKey('n'))).toBeNull();
      expect(await driver.increment(counterKey('n'), 1, until(10, 'keep'))).toBe(1);
      clock.advance(9);
      expect(await driver.increment(counterKey('n'), 1, until(10))).toBe(2);
      clock.advance(9);
      expect(await driver.increment(counterKey('n'), 1, NEVER)).toBe(3);
      clock.advance(1e12);
      expect(await driver.readCounter(counterKey('n'))).toBe(3);
    });

    it('TTL-5 sweeps expired states and counters of every namespace, up to the limit', async () => {
      for (let index = 0; index < 4; index += 1) {
        await driver.write(stateKey(`gone${index}`, `n${index}`), write('{}', until(10)));
        await driver.increment(counterKey(`gone${index}`, `n${index}`), 1, until(10));
      }
      await driver.write(stateKey('stays'), write('{}', until(11)));
      await driver.write(stateKey('forever'), write('{}'));
      await driver.increment(counterKey('forever'), 1, NEVER);
      clock.advance(10);
      expect(await driver.sweep(3)).toBe(3);
      expect(await driver.sweep(3)).toBe(3);
      expect(await driver.sweep(3)).toBe(2);
      expect(await driver.sweep(3)).toBe(0);
      expect(await raw.all('SELECT identifier FROM fsm_state ORDER BY 1')).toEqual([
        { identifier: 'forever' },
        { identifier: 'stays' },
      ]);
      expect(await raw.all('SELECT identifier FROM fsm_counter')).toEqual([{ identifier: 'forever' }]);
    });
  });

  describe('compare-and-set', () => {
    it('CAS-1 CAS-2 CAS-3 replaces only the expected state', async () => {
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":1}'), write('{}'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), null, write('{"v":1}'))).toBe(true);
      expect(await driver.compareAndSet(stateKey('x'), null, write('{"v":9}'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), null, null)).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":2}'), write('{"v":9}'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":1}'), write('{"v":1}'))).toBe(true);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":2}'), null)).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":1}'), null)).toBe(true);
      expect(await driver.read(stateKey('x'))).toBeNull();
    });

    it('CAS-1 recognizes an expected state that another program stored in another spelling', async () => {
      const spelled = '{ "v": 1.0, "n": "\\u0061" }';
      await raw.all('INSERT INTO fsm_state VALUES (?, ?, ?, NULL)', 'fsm', 'x', spelled);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"n":"b","v":1}'), write('{}'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"n":"a","v":1}'), write('{"v":2}'))).toBe(true);
      expect(await driver.read(stateKey('x'))).toBe('{"v":2}');
    });

    it('CAS-4 does not retry forever over a state that is not valid UTF-8', async () => {
      await raw.exec(`INSERT INTO fsm_state VALUES ('fsm', 'x', CAST(x'7b2276223a22ff227d' AS TEXT), NULL)`);
      expect(await driver.compareAndSet(stateKey('x'), expected('{"v":"\ufffd"}'), write('{}'))).toBe(false);
    });
  });

  describe('damaged values', () => {
    it.each([
      ['bytes', `x'7b7d'`],
      ['NULL', 'NULL'],
    ])('ST-4 reports %s stored instead of a state, never matches it, and overwrites it', async (_, value) => {
      await raw.exec('DROP TABLE fsm_state');
      await raw.exec(
        `CREATE TABLE fsm_state (namespace text, identifier text, state_json, expires_at integer,
          PRIMARY KEY (namespace, identifier))`,
      );
      await raw.exec(`INSERT INTO fsm_state VALUES ('fsm', 'x', ${value}, NULL)`);
      await expect(driver.read(stateKey('x'))).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      await expect(driver.readMany('fsm', ['y', 'x'])).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      expect(await driver.compareAndSet(stateKey('x'), expected('{}'), write('{}'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), null, write('{}'))).toBe(false);
      expect(await driver.compareAndSet(stateKey('x'), null, null)).toBe(false);
      await driver.write(stateKey('x'), write('{"v":1}'));
      expect(await driver.read(stateKey('x'))).toBe('{"v":1}');
    });

    it('ST-4 reports a state that is not valid UTF-8, but accepts a state that contains U+FFFD', async () => {
      await raw.exec(`INSERT INTO fsm_state VALUES ('fsm', 'x', CAST(x'7b2276223a22ff227d' AS TEXT), NULL)`);
      await expect(driver.read(stateKey('x'))).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      await expect(driver.readMany('fsm', ['y', 'x'])).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      await driver.write(stateKey('x'), write('{"v":"\ufffd"}'));
      expect(await driver.read(stateKey('x'))).toBe('{"v":"\ufffd"}');
      expect(await driver.readMany('fsm', ['y', 'x'])).toEqual([null, '{"v":"\ufffd"}']);
    });

    it.each([
      ['a text', `'seven'`],
      ['a fraction', '1.5'],
      ['bytes', `x'01'`],
      ['an integer that is not safe', '9007199254740993'],
    ])('ST-4 reports %s stored instead of a total, changes nothing, and removes it', async (_, value) => {
      await raw.exec(`INSERT INTO fsm_counter VALUES ('fsm', 'n', ${value}, NULL)`);
      await expect(driver.readCounter(counterKey('n'))).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      await expect(driver.increment(counterKey('n'), 1, NEVER)).rejects.toMatchObject({ code: 'CORRUPT_STATE' });
      expect(await raw.get(`SELECT value IS ${value} AS same FROM fsm_counter`)).toEqual({ same: 1 });
      expect(await driver.remove(counterKey('n'))).toBe(true);
      expect(await driver.increment(counterKey('n'), 1, NEVER)).toBe(1);
    });

    it('TTL-2 treats a deadline that is not a number as none', async () => {
      await raw.exec(`INSERT INTO fsm_state VALUES ('fsm', 'x', '{}', 'tomorrow')`);
      expect(await driver.read(stateKey('x'))).toBe('{}');
      expect(await driver.readTtl(stateKey('x'))).toBeNull();
    });
  });

  it('CNT-1 CNT-4 adds, and rejects a total outside the safe integers', async () => {
    expect(await driver.increment(counterKey('n'), -3, NEVER)).toBe(-3);
    expect(await driver.increment(counterKey('n'), 0, NEVER)).toBe(-3);
    expect(await driver.increment(counterKey('n'), -Number.MAX_SAFE_INTEGER, NEVER)).toBe('overflow');
    expect(await driver.increment(counterKey('n'), -Number.MAX_SAFE_INTEGER + 3, NEVER)).toBe(Number.MIN_SAFE_INTEGER);
    expect(await driver.increment(counterKey('n'), -1, NEVER)).toBe('overflow');
    expect(await driver.readCounter(counterKey('n'))).toBe(Number.MIN_SAFE_INTEGER);
    expect(await driver.increment(counterKey('n'), Number.MAX_SAFE_INTEGER, NEVER)).toBe(0);
  });

  it('CNT-1 returns a different total to each of many concurrent calls', async () => {
    const totals = await Promise.all(Array.from({ length: 300 }, () => driver.increment(counterKey('n'), 1, NEVER)));
    expect([...totals].sort((one, other) => Number(one) - Number(other))).toEqual(
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
  });

  it('ST-1 reads many states in the requested order, repeated identifiers included', async () => {
    await driver.write(stateKey('a'), write('{"v":"a"}'));
    await driver.write(stateKey('😀"'), write('{"v":"b"}'));
    await driver.write(stateKey('a', 'other'), write('{"v":"c"}'));
    expect(await driver.readMany('fsm', ['😀"', 'none', 'a', 'a', ''])).toEqual([
      '{"v":"b"}',
      null,
      '{"v":"a"}',
      '{"v":"a"}',
      null,
    ]);
    expect(await driver.readMany('fsm', [])).toEqual([]);
  });

  describe('listing', () => {
    const hostile = [
      ...['a', 'ab', 'a%', 'a%b', 'a_', 'a_b', 'a\\', 'a\\b', 'A', 'a\ud7ff', 'a\ud7ffx', 'a\ue000', 'a\u{10ffff}'],
      ...[
        'a\u{10ffff}z',
        '\u{10ffff}',
        '\u{10ffff}\u{10ffff}x',
        '\ud7ff',
        '\ud7ff\u{10ffff}',
        '\ue000',
        '😀',
        'b',
        '%',
      ],
      ...['_', '\\', '*', '[', '\n', ' ', '\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}'],
    ];

    it('LS-1 finds exactly the identifiers that begin with a prefix', async () => {
      for (const identifier of hostile) await driver.write(stateKey(identifier), write('{}'));
      for (const prefix of ['', ...hostile, 'zz']) {
        const found = await collect(driver.scan('fsm', prefix, 'state'));
        expect([prefix, ...found.sort()]).toEqual([
          prefix,
          ...hostile.filter((identifier) => identifier.startsWith(prefix)).sort(),
        ]);
      }
    });

    it('LS-4 lists in pages of 1000 rows, and continues after a page of expired rows', async () => {
      await plant(3500, (index) => (index >= 1000 && index < 2000 ? 1 : null));
      const pages: number[] = [];
      for await (const page of driver.scan('fsm', 'k', 'state')) pages.push(page.length);
      expect(pages).toEqual([1000, 1000, 500]);
      expect(new Set(await collect(driver.scan('fsm', '', 'state'))).size).toBe(2500);
    });

    it('LS-3 returns every identifier that exists throughout, despite concurrent writes and removals', async () => {
      await plant(2500, () => null);
      const found: string[] = [];
      for await (const page of driver.scan('fsm', '', 'state')) {
        found.push(...page);
        await raw.exec(`DELETE FROM fsm_state WHERE identifier < '${page.at(-1) ?? ''}' AND identifier LIKE '%7'`);
        await raw.exec(`INSERT INTO fsm_state VALUES ('fsm', 'a${found.length}', '{}', NULL)`);
      }
      const stays = Array.from({ length: 2500 }, (_, index) => `k${String(index).padStart(4, '0')}`);
      expect(found).toEqual(expect.arrayContaining(stays));
      expect(new Set(found).size).toBe(found.length);
    });
  });

  it('NS-3 clears one namespace in batches of at most 500 and counts the live ones', async () => {
    await plant(1200, (index) => (index < 200 ? 1 : null));
    await driver.write(stateKey('stays', 'fsm.sub'), write('{}'));
    await driver.increment(counterKey('n'), 1, NEVER);
    await driver.increment(counterKey('n', 'other'), 1, NEVER);
    const batches: number[] = [];
    for await (const batch of driver.clear('fsm')) batches.push(batch);
    expect(batches.reduce((sum, batch) => sum + batch)).toBe(1001);
    expect(Math.max(...batches)).toBeLessThanOrEqual(500);
    expect(await raw.all('SELECT namespace FROM fsm_state')).toEqual([{ namespace: 'fsm.sub' }]);
    expect(await raw.all('SELECT namespace FROM fsm_counter')).toEqual([{ namespace: 'other' }]);
  });
});
