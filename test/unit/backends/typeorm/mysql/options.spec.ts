import { describe, expect, it } from '@jest/globals';
import { MariadbStorage, MysqlStorage } from '../../../../../src/backends/typeorm/mysql/storage.js';
import type { MysqlStorageOptions } from '../../../../../src/backends/typeorm/mysql/options.js';
import { problemsThrownBy } from '../../../../support/fixtures.js';

const STORAGES = { MysqlStorage, MariadbStorage };
type StorageName = keyof typeof STORAGES;

function problemsOf(name: StorageName, options: unknown): readonly string[] {
  return problemsThrownBy(() => new STORAGES[name](options as MysqlStorageOptions));
}

describe.each<[StorageName]>([['MysqlStorage'], ['MariadbStorage']])('the options of %s', (name) => {
  it.each([
    [{ url: 'mysql://app:p%40ss@db:3307/app' }],
    [{ url: 'mysql://[::1]/app', poolSize: 1, commandTimeout: 1, schema: 'verify' }],
    [{ connection: { socketPath: '/run/mysqld/mysqld.sock', database: 'app' } }],
    [{ connection: { host: 'db', ssl: {}, extra: { compress: true } } }],
  ])('take %j', (options) => {
    expect(problemsOf(name, options)).toEqual([]);
  });

  it.each([
    [{ url: 'postgres://db/app' }, /^url: /],
    [{ url: 'db:3306' }, /^url: /],
    [{ url: 'mysql://app@db' }, /^url: .*database/],
    [{ url: 'mysql://app@db/' }, /^url: .*database/],
    [{ url: 'mysql://app:100%@db/app' }, /^url: .*%25/],
    [{ url: 'mysql://100%:secret@db/app' }, /^url: .*%25/],
    [{ url: 'mysql://app:%FF@db/app' }, /^url: .*%25/],
    [{ url: 'mysql://db/100%' }, /^url: .*%25/],
    [{ connection: { url: 'mysql://app:100%@db/app' } }, /^connection: .*%25/],
    [{ url: 'mysql://db/app?ssl=true' }, /^url: .*connection/],
    [{ url: 'mysql://db/app', poolSize: 0 }, /^poolSize: /],
    [{ url: 'mysql://db/app', commandTimeout: 0 }, /^commandTimeout: /],
    [{ url: 'mysql://db/app', schema: 'drop' }, /^schema: /],
    [{ url: 'mysql://db/app', conection: {} }, /conection/],
    [{ connection: 'mysql://db/app' }, /^connection: /],
  ])('ER-2 reject %j', (options, problem) => {
    expect(problemsOf(name, options)).toEqual([expect.stringMatching(problem)]);
  });

  it('ER-2 need exactly one way to connect', () => {
    expect(problemsOf(name, {})).toHaveLength(1);
    expect(problemsOf(name, { url: 'mysql://db/app', connection: {} })).toHaveLength(1);
  });
});

describe('the scheme mariadb://', () => {
  it('is for MariaDB alone', () => {
    expect(problemsOf('MariadbStorage', { url: 'mariadb://db/app' })).toEqual([]);
    expect(problemsOf('MysqlStorage', { url: 'mariadb://db/app' })).toHaveLength(1);
  });
});
