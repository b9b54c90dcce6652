import { describe, expect, it } from '@jest/globals';
import { explainMissingDriver, importSqliteDriver } from '../../../../../src/backends/typeorm/sqlite/driver-package.js';
import { resolveSqliteOptions } from '../../../../../src/backends/typeorm/sqlite/options.js';
import { OwnSqliteConnection } from '../../../../../src/backends/typeorm/sqlite/connection.js';

class DataSource {}
class Database {
  close(): void {}
}

/** An installation that has only these packages; records what was asked for. */
function installation(packages: Record<string, unknown>): {
  asked: string[];
  load: (name: string) => Promise<unknown>;
} {
  const asked: string[] = [];
  const load = async (name: string): Promise<unknown> => {
    asked.push(name);
    if (name in packages) return packages[name];
    throw Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  };
  return { asked, load };
}

describe('importSqliteDriver', () => {
  const typeorm = { DataSource };
  const betterSqlite3 = { default: Database };
  const sqlite3 = { default: { Database, OPEN_READWRITE: 2, verbose: () => 'slow' } };

  it('takes better-sqlite3 where it is installed, and loads nothing else', async () => {
    const { asked, load } = installation({ typeorm, 'better-sqlite3': betterSqlite3, sqlite3 });
    expect(await importSqliteDriver(undefined, load)).toEqual({ DataSource, type: 'better-sqlite3', driver: Database });
    expect(asked).toEqual(['typeorm', 'better-sqlite3']);
  });

  it('takes sqlite3 where better-sqlite3 is not installed, without its slow verbose mode', async () => {
    const { load } = installation({ typeorm, sqlite3 });
    const { type, driver } = await importSqliteDriver(undefined, load);
    expect(type).toBe('sqlite');
    expect(driver).toMatchObject({ OPEN_READWRITE: 2 });
    expect((driver as { verbose(): unknown }).verbose()).toBe(driver);
    expect((driver as { Database: { prototype: unknown } }).Database.prototype).toBeInstanceOf(Database);
  });

  it('loads the driver that is named only', async () => {
    const { asked, load } = installation({ typeorm, 'better-sqlite3': betterSqlite3, sqlite3 });
    expect((await importSqliteDriver('sqlite3', load)).type).toBe('sqlite');
    expect(asked).toEqual(['typeorm', 'sqlite3']);
  });

  it.each([
    [undefined, {}, ['typeorm'], 'npm install typeorm@^0.3.28 better-sqlite3@^12.0.0'],
    ['sqlite3', {}, ['typeorm'], 'npm install typeorm@^0.3.28 sqlite3@^6.0.0'],
    [
      undefined,
      { typeorm },
      ['better-sqlite3', 'sqlite3'],
      'backend "sqlite" needs better-sqlite3 or sqlite3, which is not installed. Run: npm install typeorm@^0.3.28 better-sqlite3@^12.0.0',
    ],
    ['sqlite3', { typeorm, 'better-sqlite3': betterSqlite3 }, ['sqlite3'], 'sqlite3@^6.0.0'],
    ['better-sqlite3', { typeorm, sqlite3 }, ['better-sqlite3'], 'better-sqlite3@^12.0.0'],
  ] as const)(
    'ER-2 names the missing packages if the driver is %s and the installed packages are %j',
    async (driver, packages, missing, message) => {
      const { load } = installation(packages);
      await expect(importSqliteDriver(driver, load)).rejects.toMatchObject({
        code: 'MISSING_DEPENDENCY',
        packages: missing,
        message: expect.stringContaining(message),
        cause: expect.objectContaining({ code: 'ERR_MODULE_NOT_FOUND' }),
      });
    },
  );

  it('ER-2 knows a missing package by the error of require, too', async () => {
    const load = (name: string): Promise<unknown> =>
      Promise.reject(Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' }));
    await expect(importSqliteDriver(undefined, load)).rejects.toMatchObject({ code: 'MISSING_DEPENDENCY' });
  });

  it('ER-2 distinguishes a package that does not load from a missing one', async () => {
    class NotBuilt {
      constructor() {
        throw new Error('Could not locate the bindings file');
      }
    }
    const { load } = installation({ typeorm, 'better-sqlite3': { default: NotBuilt }, sqlite3 });
    await expect(importSqliteDriver(undefined, load)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('npm rebuild better-sqlite3'),
    });
    const inside = Object.assign(new Error("Cannot find module './build'"), { code: 'MODULE_NOT_FOUND' });
    await expect(
      importSqliteDriver('sqlite3', (name) => (name === 'typeorm' ? load(name) : Promise.reject(inside))),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: inside,
    });
  });

  it('ER-2 explains that TypeORM 1.x has no sqlite3 driver', async () => {
    class TypeOrm1DataSource {
      constructor() {
        throw Object.assign(new Error('Wrong driver: "sqlite" given.'), { name: 'MissingDriverError' });
      }
    }
    const { load } = installation({ typeorm: { DataSource: TypeOrm1DataSource }, sqlite3 });
    const { driver: file } = resolveSqliteOptions({ path: 'never-made.db', driver: 'sqlite3' });
    await expect(new OwnSqliteConnection(file, load).connect()).rejects.toMatchObject({
      code: 'MISSING_DEPENDENCY',
      message: expect.stringContaining('TypeORM 0.3'),
    });
    const other = new Error('other');
    expect(explainMissingDriver(other)).toBe(other);
  });
});
