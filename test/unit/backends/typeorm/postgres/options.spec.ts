import { describe, expect, it } from '@jest/globals';
import { postgresSettings } from '../../../../../src/backends/typeorm/postgres/connection.js';
import {
  type PostgresStorageOptions,
  resolvePostgresOptions,
} from '../../../../../src/backends/typeorm/postgres/options.js';

const URL_OF_DB = 'postgres://app:hunter2@db/orders';

/** The statement with which the storage reads a state. */
function readingSql(options: PostgresStorageOptions): string {
  const { dialect } = postgresSettings(resolvePostgresOptions(options).driver);
  return dialect.read.state.single({ key: { namespace: 'fsm', kind: 'state', identifier: 'x' } }, NaN).sql;
}

describe('the parameters of a Postgres URL', () => {
  it.each([
    { url: `${URL_OF_DB}?schema=bot` },
    { url: `${URL_OF_DB}?currentSchema=bot&sslmode=require` },
    { connection: { url: `${URL_OF_DB}?schema=bot`, schema: 'bot' } },
  ])('name the schema of the tables: %j', (options) => {
    expect(readingSql(options)).toContain('FROM "bot"."fsm_state"');
  });

  it.each([
    ['search_path=bot', /url: the parameter "search_path" has no effect; give schema=/],
    ['connection_limit=5', /"connection_limit" has no effect; use the option poolSize/],
    ['pgbouncer=true', /"pgbouncer" has no effect; leave it out/],
    ['sslaccept=strict', /"sslaccept" has no effect; expected schema or one of pg's parameters, .*sslmode/],
    ['schema=bot&currentSchema=app', /url: expected one name of a schema/],
    ['schema=', /url: expected one name of a schema/],
  ])('are refused if nothing would regard them: ?%s', (parameters, message) => {
    const url = `${URL_OF_DB}?${parameters}`;
    for (const options of [{ url }, { connection: { url } }]) {
      expect(() => resolvePostgresOptions(options)).toThrow(message);
      expect(() => resolvePostgresOptions(options)).not.toThrow(/hunter2/);
    }
  });

  it.each(['sslmode=require', 'options=-c%20lock_timeout%3D1s', 'application_name=bot', 'host=/run/postgresql'])(
    'are those of pg otherwise: ?%s',
    (parameters) => {
      const url = `${URL_OF_DB}?${parameters}`;
      expect(resolvePostgresOptions({ url }).driver.source).toEqual({ kind: 'url', url });
    },
  );
});
