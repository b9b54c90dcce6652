import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PooledQueryRunner } from '../../../../../src/backends/typeorm/dialect/typeorm-types.js';
import type { Statement } from '../../../../../src/backends/typeorm/dialect/dialect.js';
import type { PgClient, PgQuery, PgResult } from '../../../../../src/backends/typeorm/postgres/guarded-client.js';
import { PreparedStatements } from '../../../../../src/backends/typeorm/postgres/connection.js';

const STATEMENT: Statement<unknown> = { sql: 'UPDATE', name: 'fsm_1', parameters: [1], read: () => undefined };
const IS_DIRECT: PgResult = { rows: [{ sequential_scans: 'off' }], rowCount: 1 };
const IS_POOLED: PgResult = { rows: [{ sequential_scans: null }], rowCount: 1 };

function rejection(code: string): Error {
  return Object.assign(new Error('rejected'), { code });
}

describe('PreparedStatements', () => {
  let prepared: PreparedStatements;
  let sent: string[];
  let reply: () => Promise<PgResult>;
  let runner: PooledQueryRunner;

  beforeEach(() => {
    prepared = new PreparedStatements();
    sent = [];
    reply = async () => ({ rows: [], rowCount: 7 });
    runner = {
      connect: async () => undefined,
      async query(sql) {
        sent.push(`${sql} unnamed`);
        return { records: ['unnamed'] };
      },
      release: async () => {},
    };
  });

  /** @param onPrepare - the reply to the statement that prepares the session */
  async function connect(onPrepare: () => Promise<PgResult> = async () => IS_DIRECT): Promise<PgClient> {
    const client: PgClient = {
      processID: 42,
      on: () => {},
      connect: () => {},
      end: async () => {},
      query({ name, text, values }: PgQuery) {
        if (name === undefined) return onPrepare();
        sent.push(`${text} ${name} ${values.join()}`);
        return reply();
      },
    };
    await prepared.prepare(client);
    return client;
  }

  it('sends a statement by its name where the connection is the server’s own', async () => {
    const result = await prepared.send(STATEMENT, runner, await connect());
    expect(result).toEqual({ records: [], affected: 7 });
    expect(sent).toEqual(['UPDATE fsm_1 1']);
  });

  it.each([
    ['if it has no name', { ...STATEMENT, name: undefined }, async () => connect()],
    ['if the connection is pooled', STATEMENT, () => connect(async () => IS_POOLED)],
    ['if the server rejects the preparation', STATEMENT, () => connect(() => Promise.reject(rejection('42883')))],
    ['if the connection was never prepared', STATEMENT, async () => ({})],
  ])('sends a statement unnamed, as TypeORM does, %s', async (_, statement, connection) => {
    await prepared.send(statement, runner, await connection());
    expect(sent).toEqual(['UPDATE unnamed']);
  });

  it.each(['57P01', 'ECONNRESET'])(
    'ER-4 gives the pool no connection that broke with %s while it was prepared',
    async (code) => {
      await expect(connect(() => Promise.reject(rejection(code)))).rejects.toMatchObject({ code });
    },
  );

  it.each(['26000', '42P05'])(
    'ER-4 after %s sends the statement again without a name, and no name from then on',
    async (code) => {
      const [client, other] = [await connect(), await connect()];
      reply = () => Promise.reject(rejection(code));
      expect(await prepared.send(STATEMENT, runner, client)).toEqual({ records: ['unnamed'] });
      await prepared.send(STATEMENT, runner, other);
      await prepared.send(STATEMENT, runner, await connect());
      expect(sent).toEqual(['UPDATE fsm_1 1', 'UPDATE unnamed', 'UPDATE unnamed', 'UPDATE unnamed']);
    },
  );

  it('ER-4 after a migration sends without names over the connections that were there', async () => {
    const client = await connect();
    reply = () => Promise.reject(rejection('0A000'));
    await prepared.send(STATEMENT, runner, client);
    await prepared.send(STATEMENT, runner, client);
    expect(sent).toEqual(['UPDATE fsm_1 1', 'UPDATE unnamed', 'UPDATE unnamed']);
    reply = async () => IS_DIRECT;
    await prepared.send(STATEMENT, runner, await connect());
    expect(sent.at(-1)).toBe('UPDATE fsm_1 1');
  });

  it.each(['40P01', '08006', 'ECONNRESET', ''])(
    'ER-4 never repeats a statement that failed with %j, even if the name of another was rejected meanwhile',
    async (code) => {
      const [client, other] = [await connect(), await connect()];
      let fail: (() => void) | undefined;
      reply = () => new Promise((_, reject) => (fail = () => reject(rejection(code))));
      const failing = prepared.send(STATEMENT, runner, client);
      reply = () => Promise.reject(rejection('26000'));
      await prepared.send(STATEMENT, runner, other);
      fail?.();
      await expect(failing).rejects.toMatchObject({ code });
      expect(sent).toEqual(['UPDATE fsm_1 1', 'UPDATE fsm_1 1', 'UPDATE unnamed']);
    },
  );
});
