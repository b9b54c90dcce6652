import { describe, expect, it } from '@jest/globals';
import { postgresSettings } from '../../../../../src/backends/typeorm/postgres/connection.js';
import { PostgresStorage } from '../../../../../src/backends/typeorm/postgres/storage.js';
import {
  type PostgresStorageOptions,
  resolvePostgresOptions,
} from '../../../../../src/backends/typeorm/postgres/options.js';
import { OpenSockets } from '../../../../../src/backends/typeorm/server/own-server.connection.js';
import { problemsThrownBy } from '../../../../support/fixtures.js';

const url = 'postgres://app:hunter2@db:5433/orders';

function problemsOf(options: unknown): readonly string[] {
  return problemsThrownBy(() => new PostgresStorage(options as PostgresStorageOptions));
}

describe('PostgresStorageOptions', () => {
  it('fills in the defaults', () => {
    expect(resolvePostgresOptions({ url }).driver).toEqual({
      source: { kind: 'url', url },
      schema: 'create',
      commandTimeout: 5000,
      poolSize: 10,
    });
  });

  it.each([
    [{}, /^url: expected exactly one of url and connection/],
    [{ url, connection: {} }, /^url: expected exactly one of url and connection/],
    [{ url: 'mysql://db/x' }, /^url: expected a postgres:\/\/ or postgresql:\/\/ URL/],
    [{ url: 'postgres:orders' }, /^url: expected a postgres/],
    [{ url: 'postgres://app:100%@db/orders' }, /^url: .*%25/],
    [{ connection: { url: 'postgres://app:100%@db/orders' } }, /^connection: .*%25/],
    [{ connection: 'db' }, /^connection: expected an object/],
    [{ url, poolSize: 0 }, /^poolSize: expected a whole number from 1/],
    [{ url, commandTimeout: 0.5 }, /^commandTimeout: expected a whole number from 1/],
    [{ url, schema: 'drop' }, /^schema: expected/],
    [{ url, client: {} }, /^client: unknown option/],
    [null, /^options: expected an object/],
  ])('ER-2 rejects %j', (options, problem) => {
    expect(problemsOf(options)).toContainEqual(expect.stringMatching(problem));
  });

  it('HL-2 does not show the password of a wrong URL', () => {
    expect(problemsOf({ url: 'mysql://app:hunter2@db/x' }).join()).not.toContain('hunter2');
  });

  it.each([
    [{ url }, 'Postgres at db:5433/orders'],
    [{ url: 'postgresql://db' }, 'Postgres at db:5432'],
    [{ connection: { host: 'db', port: 1, database: 'x', password: 'hunter2' } }, 'Postgres at db:1/x'],
    [{ connection: { url } }, 'Postgres at db:5433/orders'],
    [{ connection: {} }, 'Postgres at localhost:5432'],
  ])('HL-2 names the location of %j without a user or a password', (options, location) => {
    expect(postgresSettings(resolvePostgresOptions(options).driver).location).toBe(location);
  });

  it.each([
    ['typeorm', ['typeorm']],
    ['pg', ['pg']],
  ])('ER-2 names %s and its install command if it is missing', async (absent, packages) => {
    const load = async (name: string): Promise<unknown> => {
      if (name !== absent) return { DataSource: class {} };
      throw Object.assign(new Error(`Cannot find package '${name}' imported from x`), { code: 'ERR_MODULE_NOT_FOUND' });
    };
    const settings = postgresSettings(resolvePostgresOptions({ url }).driver, load);
    const creating = settings.createDataSource({ sockets: new OpenSockets(), onPoolError: () => {} });
    await expect(creating).rejects.toMatchObject({
      ...{ code: 'MISSING_DEPENDENCY', packages },
      message: expect.stringContaining('npm install typeorm@^0.3.28 pg@^8.5.1'),
    });
  });

  it('keeps what is ours, whatever the connection says', async () => {
    let made: Record<string, unknown> = {};
    class DataSource {
      constructor(options: Record<string, unknown>) {
        made = options;
      }
    }
    const connection = { host: 'db', synchronize: true, logging: true, extra: { idleTimeoutMillis: 7 } };
    const { driver: server } = resolvePostgresOptions({ connection });
    const load = async (): Promise<unknown> => ({ DataSource });
    await postgresSettings(server, load).createDataSource({ sockets: new OpenSockets(), onPoolError: () => {} });
    expect(made).toMatchObject({ type: 'postgres', host: 'db', synchronize: false, logging: false, poolSize: 10 });
    expect(made['extra']).toMatchObject({ idleTimeoutMillis: 7, statement_timeout: 4500 });
  });
});
