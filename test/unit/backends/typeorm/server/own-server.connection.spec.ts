import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { OwnDataSource } from '../../../../../src/backends/typeorm/dialect/typeorm-types.js';
import { createPostgresDialect } from '../../../../../src/backends/typeorm/postgres/dialect.js';
import {
  OwnServerConnection,
  type ServerHooks,
} from '../../../../../src/backends/typeorm/server/own-server.connection.js';
import { systemClock } from '../../../../../src/contract/clock.js';

/** A DataSource over one socket, whose server may not reply. */
function createConnection(server: Partial<Pick<OwnDataSource, 'initialize' | 'destroy'>>) {
  const sockets: Duplex[] = [];
  let report: ServerHooks['onPoolError'] = () => {};
  const connection = new OwnServerConnection({
    ...{ backend: 'postgres', dialect: createPostgresDialect(undefined), location: 'here', commandTimeout: 20 },
    createDataSource: async (hooks) => {
      sockets.push(hooks.sockets.createFactory(undefined, () => new Socket())());
      report = hooks.onPoolError;
      return {
        isInitialized: true,
        options: { type: 'postgres' },
        createQueryRunner: () => {
          throw new Error('not asked');
        },
        initialize: async () => {},
        destroy: async () => {},
        ...server,
      };
    },
  });
  return { connection, sockets, report: (error: unknown) => report(error) };
}

const never = (): Promise<never> => new Promise(() => {});

describe('OwnServerConnection', () => {
  it('LC-1 leaves no socket open when the server does not close its connections', async () => {
    const { connection, sockets } = createConnection({ destroy: never });
    await connection.open({ clock: systemClock, reportBackgroundError: () => {} });
    await connection.close();
    expect(sockets.map((socket) => socket.destroyed)).toEqual([true]);
  });

  it('LC-1 leaves no socket open when the server does not reply at the start', async () => {
    const { connection, sockets } = createConnection({ initialize: never });
    const opening = connection.open({ clock: systemClock, reportBackgroundError: () => {} });
    await expect(opening).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('20 ms') });
    expect(sockets.map((socket) => socket.destroyed)).toEqual([true]);
    await connection.close();
  });

  it('ER-5 reports errors of idle connections while it is open, and then only', async () => {
    const reported: unknown[] = [];
    const { connection, report } = createConnection({});
    await connection.open({ clock: systemClock, reportBackgroundError: (error) => reported.push(error) });
    report(new Error('Connection terminated unexpectedly'));
    await connection.close();
    report(new Error('late'));
    expect(reported).toEqual([expect.objectContaining({ code: 'UNAVAILABLE' })]);
  });
});
