import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { mysqlSettings } from '../../../../../src/backends/typeorm/mysql/connection.js';
import { MARIADB } from '../../../../../src/backends/typeorm/mysql/options.js';
import { postgresSettings } from '../../../../../src/backends/typeorm/postgres/connection.js';
import {
  OpenSockets,
  type OwnServerSettings,
} from '../../../../../src/backends/typeorm/server/own-server.connection.js';
import type { ResolvedServerOptions } from '../../../../../src/backends/typeorm/server/server.options.js';

/** The `stream` that the driver's package is given. */
async function streamOf(
  createServer: (options: ResolvedServerOptions, load: () => Promise<unknown>) => OwnServerSettings,
  own: unknown,
  sockets: OpenSockets,
): Promise<(...parameters: unknown[]) => unknown> {
  let extra: { readonly stream: (...parameters: unknown[]) => unknown } | undefined;
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
  ['Postgres', postgresSettings],
  ['MariaDB', (options: ResolvedServerOptions, load: () => Promise<unknown>) => mysqlSettings(MARIADB, options, load)],
])('a socket factory of the app for %s', (_, createServer) => {
  it('gets the arguments of the driver, and its sockets are closed with the rest', async () => {
    const sockets = new OpenSockets();
    const calls: unknown[][] = [];
    const socket = new PassThrough();
    const own = (...parameters: unknown[]): PassThrough => {
      calls.push(parameters);
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
