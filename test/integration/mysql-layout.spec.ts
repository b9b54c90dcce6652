import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MariadbStorage, MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import { CREATE_FSM_TABLES_MYSQL } from '../../src/backends/typeorm/migrations/1764300000001-create-fsm-tables-mysql.js';
import type { DriverLayer } from '../../src/contract/driver-layer.js';
import { aroundEveryCall } from '../../src/layers/around-every-call.js';
import type { MysqlStorageOptions } from '../../src/backends/typeorm/mysql/options.js';
import { useServer } from '../support/fixtures.js';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';

const PRODUCTS = {
  mariadb: {
    startServer: startMariadbServer,
    createStorage: (options: MysqlStorageOptions) => new MariadbStorage(options),
    collation: 'utf8mb4_nopad_bin',
    otherEngine: 'Aria',
  },
  mysql: {
    startServer: startMysqlServer,
    createStorage: (options: MysqlStorageOptions) => new MysqlStorage(options),
    collation: 'utf8mb4_0900_bin',
    otherEngine: 'MyISAM',
  },
};

/** What other collations take for the same. */
const LOOKALIKES = [
  'a',
  'A',
  'a ',
  'a\t',
  'á',
  'a\u0301',
  'ß',
  'ss',
  'ſ',
  's',
  'ı',
  'i',
  'İ',
  '😀',
  '😁',
  '％',
  '%',
  '_',
  '\\',
];

/** Rows with a column `number` of 1 to its parameter's length. */
const NUMBERS = "JSON_TABLE(?, '$[*]' COLUMNS (number FOR ORDINALITY)) AS numbers";
const numbersTo = (last: number): string => JSON.stringify(Array.from({ length: last }, () => 0));

describe.each(['mariadb', 'mysql'] as const)('on %s', (name) => {
  const { startServer, createStorage, collation, otherEngine } = PRODUCTS[name];

  const server = useServer(startServer);
  beforeEach(() => server().ask('DROP TABLE IF EXISTS fsm_state, fsm_counter'));

  describe('the rows in the tables', () => {
    let storage: MariadbStorage | MysqlStorage;

    beforeEach(async () => {
      storage = createStorage({ url: server().url, namespace: 'layout' });
      await storage.start();
    });
    afterEach(() => storage.stop());

    it('FMT-3 states and counters with whole milliseconds, or NULL', async () => {
      await storage.setState('chat:1', { name: 'Order:cart', data: { b: 'ä', a: 1 } });
      await storage.increment('visits', -7, { ttl: 60 });
      expect(await server().ask('SELECT * FROM fsm_state')).toEqual([
        {
          namespace: 'layout',
          identifier: 'chat:1',
          state_json: '{"data":{"a":1,"b":"ä"},"name":"Order:cart"}',
          expires_at: null,
        },
      ]);
      const [counter] = await server().ask(
        'SELECT *, expires_at - UNIX_TIMESTAMP(NOW(3)) * 1000 AS rest FROM fsm_counter WHERE identifier = ?',
        ['visits'],
      );
      expect(counter).toMatchObject({ namespace: 'layout', value: -7 });
      expect(Number(counter?.['rest'])).toBeGreaterThan(50_000);
      expect(Number(counter?.['rest'])).toBeLessThanOrEqual(60_000);
    });

    it('ID-2 distinguishes every pair of identifiers', async () => {
      for (const [index, identifier] of LOOKALIKES.entries()) await storage.setState(identifier, { index });
      const states = await storage.getStates(LOOKALIKES);
      expect(states).toEqual(LOOKALIKES.map((_, index) => ({ index })));
      expect((await storage.listKeys()).sort()).toEqual([...LOOKALIKES].sort());
      expect(await storage.listKeys('a*')).toHaveLength(LOOKALIKES.filter((each) => each.startsWith('a')).length);
    });

    it('ID-1 accepts identifiers of 512 bytes, in characters of one byte or of four', async () => {
      for (const identifier of ['x'.repeat(512), '😀'.repeat(128)]) {
        await storage.setState(identifier, { identifier });
        expect(await storage.getState(identifier)).toEqual({ identifier });
      }
    });

    it('CAS-1 distinguishes texts that differ only in case or accents', async () => {
      await storage.setState('x', { name: 'Straße' });
      for (const other of ['straße', 'Strasse', 'STRASSE', 'Straße ']) {
        expect(await storage.compareAndSet('x', { name: 'y' }, { expected: { name: other } })).toBe(false);
      }
      expect(await storage.compareAndSet('x', { name: 'Straße' }, { expected: { name: 'Straße' } })).toBe(true);
    });

    it('ST-1 returns backslashes, quotes and question marks unchanged under every sql_mode', async () => {
      const state = { name: `\\' OR '1'='1' -- ? ?? :a \\\\ " \` \0 \n \u2028 😀` };
      await server().ask(
        "SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,NO_UNSIGNED_SUBTRACTION'",
      );
      const other = createStorage({ url: server().url, namespace: 'layout' });
      await other.start();
      await other.setState("\\'; DROP TABLE fsm_state; -- ", state);
      expect(await other.getState("\\'; DROP TABLE fsm_state; -- ")).toEqual(state);
      expect(await other.compareAndSet("\\'; DROP TABLE fsm_state; -- ", { a: 1 }, { expected: state })).toBe(true);
      expect(await other.increment('total', Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
      await expect(other.increment('total')).rejects.toMatchObject({ code: 'COUNTER_OVERFLOW' });
      await other.stop();
      await server().ask('SET GLOBAL sql_mode = DEFAULT');
    });

    it('ID-1 reads all requested states, however small the longest statement of the server is', async () => {
      const identifiers = Array.from({ length: 2500 }, (_, index) => String(index).padStart(512, "'"));
      await storage.setState(String(identifiers[0]), { is: 'first' });
      await storage.setState(String(identifiers[2499]), { is: 'last' });
      const [before] = await server().ask('SELECT @@GLOBAL.max_allowed_packet AS size');
      await server().ask('SET GLOBAL max_allowed_packet = 1048576');
      const other = createStorage({ url: server().url, namespace: 'layout' });
      await other.start();
      const states = await other.getStates(identifiers);
      await other.stop();
      await server().ask('SET GLOBAL max_allowed_packet = ?', [Number(before?.['size'])]);
      expect(states).toEqual([{ is: 'first' }, ...Array.from({ length: 2498 }, () => null), { is: 'last' }]);
    });

    it('LC-1 turns autocommit on where the server has turned it off', async () => {
      await server().ask('SET GLOBAL autocommit = 0');
      const other = createStorage({ url: server().url, namespace: 'layout' });
      await other.start();
      await other.setState('kept', { is: true });
      await other.stop();
      await server().ask('SET GLOBAL autocommit = 1');
      expect(await storage.getState('kept')).toEqual({ is: true });
    });

    it('NS-3 clears more than one batch, expired entries included, and counts the live ones', async () => {
      await server().ask(
        `INSERT INTO fsm_state SELECT 'layout', number, '{}', IF(number % 3 = 0, 1, NULL) FROM ${NUMBERS}`,
        [numbersTo(2000)],
      );
      expect(await storage.clearNamespace()).toBe(1334);
      expect(await server().ask('SELECT 1 FROM fsm_state')).toEqual([]);
    });

    it('NS-3 clears everything while other processes sweep and clear', async () => {
      const insert = `INSERT INTO fsm_state SELECT 'layout', LPAD(number, 5, '0'), '{}', ? FROM ${NUMBERS}`;
      await server().ask(insert, [null, numbersTo(3000)]);
      await server().ask('UPDATE fsm_state SET expires_at = 1 WHERE identifier BETWEEN ? AND ?', ['00251', '00500']);
      const sweep = 'DELETE FROM fsm_state WHERE expires_at <= 1';
      const clearOne = 'DELETE FROM fsm_state WHERE expires_at IS NULL LIMIT 1';
      const meanwhile: DriverLayer = {
        name: 'meanwhile',
        around: (driver) =>
          aroundEveryCall(driver, async ({ verb }, proceed) => {
            const answer = await proceed();
            for (const sql of verb === 'clear' ? [sweep, clearOne] : []) await server().ask(sql);
            return answer;
          }),
      };
      const disturbed = createStorage({ url: server().url, namespace: 'layout', layers: [meanwhile] });
      await disturbed.start();
      expect(await disturbed.clearNamespace()).toBeGreaterThan(2500);
      await disturbed.stop();
      expect(await server().ask('SELECT identifier FROM fsm_state')).toEqual([]);
    });

    it('NS-3 reads every row only a few times, however many expired rows come before the live ones', async () => {
      const rows = 12_000;
      const insert = `INSERT INTO fsm_state SELECT 'layout', CONCAT(?, number), '{}', ? FROM ${NUMBERS}`;
      await server().ask(insert, ['a', 1, numbersTo(rows)]);
      await server().ask(insert, ['b', null, numbersTo(rows)]);
      const before = await countReads();
      expect(await storage.clearNamespace()).toBe(rows);
      expect((await countReads()) - before).toBeLessThan(8 * 2 * rows);
      expect(await server().ask('SELECT 1 FROM fsm_state LIMIT 1')).toEqual([]);
    });
  });

  describe("schema: 'verify'", () => {
    const start = async (): Promise<void> => {
      const storage = createStorage({ url: server().url, schema: 'verify' });
      await storage.start().finally(() => storage.stop());
    };

    it('accepts the tables that the migration creates', async () => {
      for (const statement of CREATE_FSM_TABLES_MYSQL) await server().ask(statement);
      await start();
    });

    it('creates no table', async () => {
      await expect(start()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('table fsm_state is missing; table fsm_counter is missing'),
      });
      expect(await server().ask('SHOW TABLES')).toEqual([]);
    });

    it.each([
      [
        'ALTER TABLE fsm_state MODIFY identifier varchar(512) COLLATE utf8mb4_bin',
        'fsm_state.identifier does not compare',
      ],
      [
        'ALTER TABLE fsm_counter MODIFY namespace varchar(64) COLLATE utf8mb4_general_ci',
        'fsm_counter.namespace does not',
      ],
      ['ALTER TABLE fsm_state MODIFY state_json longtext COLLATE utf8mb4_unicode_ci', 'fsm_state.state_json does not'],
      ['ALTER TABLE fsm_state DROP COLUMN expires_at', 'column fsm_state.expires_at is missing'],
      ['ALTER TABLE fsm_state DROP PRIMARY KEY', 'primary key of fsm_state is not'],
      [
        'ALTER TABLE fsm_state DROP PRIMARY KEY, ADD PRIMARY KEY (namespace, identifier(40))',
        'primary key of fsm_state',
      ],
      ['ALTER TABLE fsm_counter DROP KEY fsm_counter_expires_at', 'index on fsm_counter.expires_at is missing'],
      [
        `ALTER TABLE fsm_state MODIFY identifier varchar(255) COLLATE ${collation}`,
        'fsm_state.identifier is too short',
      ],
      [`ALTER TABLE fsm_state MODIFY state_json text COLLATE ${collation}`, 'column fsm_state.state_json is too short'],
      [
        `ALTER TABLE fsm_counter DROP PRIMARY KEY, ENGINE=${otherEngine}`,
        `fsm_counter uses the engine ${otherEngine} instead of InnoDB`,
      ],
    ])('reports the problem after %s', async (change, message) => {
      for (const statement of CREATE_FSM_TABLES_MYSQL) await server().ask(statement);
      await server().ask(change);
      await expect(start()).rejects.toMatchObject({ message: expect.stringContaining(message) });
    });
  });

  /** Rows that statements have read so far, of whatever table. */
  async function countReads(): Promise<number> {
    const rows = await server().ask("SHOW GLOBAL STATUS LIKE 'Handler_read%'");
    return rows.reduce((sum, row) => sum + Number(row['Value']), 0);
  }
});
