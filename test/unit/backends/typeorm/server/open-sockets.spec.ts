import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { mariadbDialect } from '../../../../../src/backends/typeorm/mysql/dialect.js';
import { mysqlServer } from '../../../../../src/backends/typeorm/mysql/connection.js';
import { OpenSockets } from '../../../../../src/backends/typeorm/server/open-sockets.js';
import { postgresServer } from '../../../../../src/backends/typeorm/postgres/connection.js';
import type { ServerSettings } from '../../../../../src/backends/typeorm/server/own-server.connection.js';
import type { ResolvedServerOptions } from '../../../../../src/backends/typeorm/server/server.options.js';

const MARIADB = {
  className: 'MariadbStorage',
  schemes: ['mariadb'],
  backend: 'mariadb',
  product: 'MariaDB',
  dialect: mariadbDialect,
} as const;

/** The `stream` that the driver's package is given. */
async function streamOf(
  createServer: (options: ResolvedServerOptions, load: () => Promise<unknown>) => ServerSettings,
  own: unknown,
  sockets: OpenSockets,
): Promise<(...told: unknown[]) => unknown> {
  let extra: { readonly stream: (...told: unknown[]) => unknown } | undefined;
  class DataSource {
    constructor(options: { readonly extra: typeof extra }) {
      extra = options.extra;
    }
  }
  const source = { kind: 'connection', connection: { host: 'db', extra: { stream: own } } } as const;
  const options: ResolvedServerOptions = { source, schema: 'create', commandTimeout: 5000, poolSize: 1 };
  const settings = createServer(options, async () => ({ DataSource }));
  await settings.createDataSource({ sockets, onPoolError: () => {} });
  if (extra === undefined) throw new Error('No DataSource was made.');
  return extra.stream;
}

describe.each([
  ['Postgres', postgresServer],
  ['MariaDB', (options: ResolvedServerOptions, load: () => Promise<unknown>) => mysqlServer(MARIADB, options, load)],
])("the app's own way to open a socket to %s", (_, createServer) => {
  it('is told what the driver tells, and its sockets are closed with the rest', async () => {
    const sockets = new OpenSockets();
    const calls: unknown[][] = [];
    const socket = new PassThrough();
    const own = (...told: unknown[]): PassThrough => {
      calls.push(told);
      return socket;
    };
    const stream = await streamOf(createServer, own, sockets);
    const config = { host: 'db' };
    expect(stream(config)).toBe(socket);
    expect(calls).toEqual([[config]]);
    sockets.destroyAll();
    expect(socket.destroyed).toBe(true);
  });
});
