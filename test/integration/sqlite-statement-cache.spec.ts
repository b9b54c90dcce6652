import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sqlite3 from 'sqlite3';
import { withStatementCache } from '../../src/backends/typeorm/sqlite/driver-package.js';
import { openRaw, type RawDatabase, TemporaryFolders } from '../support/sqlite-files.js';

const folders = new TemporaryFolders();
afterAll(() => folders.removeAll());

type Row = Record<string, unknown>;

const INSERT = 'INSERT INTO t VALUES (?)';

describe('sqlite3 as TypeORM is handed it', () => {
  const prepared: string[] = [];
  let database: sqlite3.Database;
  let other: RawDatabase;

  class ListeningDatabase extends sqlite3.Database {
    override prepare(sql: string, ...rest: never[]): sqlite3.Statement {
      prepared.push(sql);
      return super.prepare(sql, ...rest);
    }
  }

  const run = (sql: string, parameters: unknown[]): Promise<number> =>
    new Promise((resolve, reject) => {
      database.run(sql, parameters, function (error) {
        if (error === null) resolve(this.changes);
        else reject(error);
      });
    });
  const all = (sql: string, parameters: unknown[]): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      database.all<Row>(sql, parameters, (error, rows) => (error === null ? resolve(rows) : reject(error)));
    });

  beforeEach(async () => {
    const module = withStatementCache({ ...sqlite3, Database: ListeningDatabase }) as typeof sqlite3;
    const path = await folders.createFilePath();
    database = await new Promise((resolve, reject) => {
      const opened = new module.Database(path, (error) => (error === null ? resolve(opened) : reject(error)));
    });
    await all('PRAGMA journal_mode = WAL', []);
    await run('CREATE TABLE t (x UNIQUE)', []);
    other = await openRaw(path, 'sqlite3');
    prepared.length = 0;
  });

  afterEach(async () => {
    await other.close();
    await new Promise<void>((resolve, reject) => {
      database.close((error) => (error === null ? resolve() : reject(error)));
    });
  });

  it('prepares a statement once, and reports the result of each run', async () => {
    for (let value = 0; value < 5; value += 1) expect(await run(INSERT, [value])).toBe(1);
    expect(await run('DELETE FROM t WHERE x > ?', [2])).toBe(2);
    for (let value = 0; value < 5; value += 1) {
      expect(await all('SELECT x FROM t WHERE x = ?', [value])).toEqual(value > 2 ? [] : [{ x: value }]);
    }
    expect(prepared).toEqual([INSERT, 'DELETE FROM t WHERE x > ?', 'SELECT x FROM t WHERE x = ?']);
  });

  it('leaves nothing open after a read, so another connection can empty the log', async () => {
    await run(INSERT, [1]);
    await all('SELECT x FROM t WHERE x = ?', [1]);
    expect(await other.get('PRAGMA wal_checkpoint(TRUNCATE)')).toMatchObject({ busy: 0 });
  });

  it('reports a failure, and continues with the next run', async () => {
    await run(INSERT, [1]);
    await expect(run(INSERT, [1])).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' });
    expect(await run(INSERT, [2])).toBe(1);
    await expect(all('SELECT nothing FROM t WHERE x = ?', [1])).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
  });

  it('resets a statement that failed on a lock before it reports the failure, so the next write is committed', async () => {
    await run('PRAGMA busy_timeout = 0', []);
    await run(INSERT, [1]);
    await other.exec('BEGIN IMMEDIATE');
    await expect(run(INSERT, [2])).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
    await other.exec('COMMIT');
    await run('UPDATE t SET x = ?', [3]);
    expect(await other.all('SELECT x FROM t')).toEqual([{ x: 3 }]);
  });

  it('has no verbose mode, and returns a value that is not a module unchanged', () => {
    const module = withStatementCache(sqlite3) as typeof sqlite3;
    expect(module.verbose()).toBe(module);
    expect(module.OPEN_READWRITE).toBe(sqlite3.OPEN_READWRITE);
    expect(withStatementCache(undefined)).toBeUndefined();
  });
});
