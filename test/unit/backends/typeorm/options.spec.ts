import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import type { TypeOrmDataSource } from '../../../../src/backends/typeorm/dialect/typeorm-types.js';
import { resolveSqliteOptions, type SqliteStorageOptions } from '../../../../src/backends/typeorm/sqlite/options.js';
import { SqliteStorage } from '../../../../src/backends/typeorm/sqlite/storage.js';
import { resolveTypeOrmOptions, type TypeOrmStorageOptions } from '../../../../src/backends/typeorm/typeorm.options.js';
import { TypeOrmStorage } from '../../../../src/backends/typeorm/typeorm.storage.js';
import { problemsThrownBy } from '../../../support/fixtures.js';

describe('SqliteStorageOptions', () => {
  it('has defaults for all but the path', () => {
    expect(resolveSqliteOptions({ path: 'data/fsm.db' }).driver).toEqual({
      path: resolve('data/fsm.db'),
      driver: undefined,
      durability: 'full',
      schema: 'create',
      busyTimeout: 5000,
    });
  });

  it.each([
    ['file:./dev.db', resolve('dev.db')],
    ['file:data/my%20file.db', resolve('data/my file.db')],
    ['file:/tmp/dev.db', '/tmp/dev.db'],
    ['file:///tmp/my%20file.db', '/tmp/my file.db'],
    ['/tmp/a:b.db', '/tmp/a:b.db'],
  ])('takes %s as the path of a file', (path, expected) => {
    expect(resolveSqliteOptions({ path }).driver.path).toBe(expected);
  });

  it('takes every option, the common ones too', () => {
    const options = {
      path: '/x.db',
      driver: 'sqlite3',
      durability: 'normal',
      schema: 'verify',
      busyTimeout: 0,
    } as const;
    const { driver: file, storage } = resolveSqliteOptions({ ...options, namespace: 'bot' });
    expect(file).toEqual(options);
    expect(storage.namespace).toBe('bot');
  });

  it('ER-2 reports every problem at once', () => {
    const wrong = { driver: 'sqlite', durability: 1, schema: 'sync', busyTimeout: -1, namespace: '', file: 'x' };
    const problems = problemsThrownBy(() => new SqliteStorage(wrong as unknown as SqliteStorageOptions));
    const names = problems.map((problem) => problem.split(':')[0]);
    expect(names.sort()).toEqual(['busyTimeout', 'driver', 'durability', 'file', 'namespace', 'path', 'schema']);
  });

  it.each([
    [{ path: '' }, /^path: expected a non-empty string/],
    [{ path: 7 }, /^path: expected a non-empty string/],
    [{ path: undefined }, /^path: expected a non-empty string, got undefined/],
    [{ path: ':memory:' }, /MemoryStorage/],
    [{ path: 'sqlite://dev.db' }, /^path: expected the path of a file such as data\/fsm.db, or a file: URL/],
    [{ path: 'sqlite:dev.db' }, /^path: expected the path of a file/],
    [{ path: 'file:dev.db?mode=ro' }, /^path: expected the path of a file .* without parameters/],
    [{ path: 'file://server/dev.db' }, /^path: expected the path of a file/],
    [{ path: 'file::memory:' }, /MemoryStorage/],
    [{ path: ' dev.db' }, /^path: expected no blanks/],
    [{ path: 'dev.db\n' }, /^path: expected no blanks/],
    [{ path: 'dev\0.db' }, /^path: expected no U\+0000/],
    [{ path: '.' }, /^path: expected the path of a file, got that of a folder/],
    [{ path: 'file:.' }, /^path: expected the path of a file, got that of a folder/],
    [{ path: 'missing/' }, /^path: expected the path of a file, got that of a folder/],
    [undefined, /^options: expected an object/],
  ])('ER-2 rejects %j with one sentence', (options, problem) => {
    expect(problemsThrownBy(() => new SqliteStorage(options as unknown as SqliteStorageOptions))).toEqual([
      expect.stringMatching(problem),
    ]);
  });
});

describe('TypeOrmStorageOptions', () => {
  const dataSource: TypeOrmDataSource = {
    isInitialized: false,
    options: { type: 'better-sqlite3' },
    createQueryRunner: () => ({
      query: () => Promise.resolve({ records: [] }),
      connect: () => Promise.resolve({}),
      release: () => Promise.resolve(),
    }),
  };

  it('takes anything that has the form of a DataSource: an app may have another copy of TypeORM', () => {
    expect(resolveTypeOrmOptions({ dataSource }).driver).toEqual({
      dataSource,
      schema: 'create',
      commandTimeout: 5000,
    });
  });

  it.each([
    [
      {},
      /^dataSource: expected a TypeORM DataSource of type 'sqlite' or 'better-sqlite3' or 'postgres' or 'mysql' or 'mariadb', got undefined/,
    ],
    [{ dataSource: 'fsm.db' }, /^dataSource: expected/],
    [{ dataSource: null }, /^dataSource: expected/],
    [{ dataSource: { ...dataSource, options: { type: 'oracle' } } }, /^dataSource: expected/],
    [{ dataSource: { ...dataSource, createQueryRunner: undefined } }, /^dataSource: expected/],
    [{ dataSource: { ...dataSource, options: undefined } }, /^dataSource: expected/],
    [{ dataSource, path: 'x' }, /^path: unknown option/],
    [null, /^options: expected an object/],
  ])('ER-2 rejects %j with one sentence', (options, problem) => {
    expect(problemsThrownBy(() => new TypeOrmStorage(options as unknown as TypeOrmStorageOptions))).toEqual([
      expect.stringMatching(problem),
    ]);
  });
});
