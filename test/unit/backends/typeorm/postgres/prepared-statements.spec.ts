import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PooledQueryRunner } from '../../../../../src/backends/typeorm/dialect/typeorm-types.js';
import type { Statement } from '../../../../../src/backends/typeorm/dialect/dialect.js';
import type { PgClient, PgQuery, PgResult } from '../../../../../src/backends/typeorm/postgres/guarded-client.js';
import { PreparedStatements } from '../../../../../src/backends/typeorm/postgres/prepared-statements.js';

const STATEMENT: Statement<unknown> = { sql: 'UPDATE', name: 'fsm_1', parameters: [1], read: () => undefined };
const IS_DIRECT: PgResult = { rows: [{ sequential_scans: 'off' }], rowCount: 1 };
const IS_POOLED: PgResult = { rows: [{ sequential_scans: null }], rowCount: 1 };

function refusal(code: string): Error {
  return Object.assign(new Error('refused'), { code });
}

describe('PreparedStatements', () => {
  let prepared: PreparedStatements;
  let sent: string[];
  let answer: () => Promise<PgResult>;
  let runner: PooledQueryRunner;

  beforeEach(() => {
    prepared = new PreparedStatements();
    sent = [];
    answer = async () => ({ rows: [], rowCount: 7 });
    runner = {
      connect: async () => undefined,
      async query(sql) {
        sent.push(`${sql} unnamed`);
        return { records: ['unnamed'] };
      },
      release: async () => {},
    };
  });

  /** @param prepareing - how it answers to the prepareing */
  async function connect(prepareing: () => Promise<PgResult> = async () => IS_DIRECT): Promise<PgClient> {
    const client: PgClient = {
      processID: 42,
      on: () => {},
      connect: () => {},
      end: async () => {},
      query({ name, text, values }: PgQuery) {
        if (name === undefined) return prepareing();
        sent.push(`${text} ${name} ${values.join()}`);
        return answer();
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
    ['without a name', { ...STATEMENT, name: undefined }, async () => connect()],
    ['over a pooler', STATEMENT, () => connect(async () => IS_POOLED)],
    ['where the prepareing is not understood', STATEMENT, () => connect(() => Promise.reject(refusal('42883')))],
    ['over a connection that was never prepareed', STATEMENT, async () => ({})],
  ])('sends a statement as TypeORM does %s', async (_, statement, connection) => {
    await prepared.send(statement, runner, await connection());
    expect(sent).toEqual(['UPDATE unnamed']);
  });

  it.each(['57P01', 'ECONNRESET'])(
    'ER-4 gives the pool no connection that broke in the prepareing (%s)',
    async (code) => {
      await expect(connect(() => Promise.reject(refusal(code)))).rejects.toMatchObject({ code });
    },
  );

  it.each(['26000', '42P05'])('ER-4 after %s sends once more without a name, and no name ever again', async (code) => {
    const [client, other] = [await connect(), await connect()];
    answer = () => Promise.reject(refusal(code));
    expect(await prepared.send(STATEMENT, runner, client)).toEqual({ records: ['unnamed'] });
    await prepared.send(STATEMENT, runner, other);
    await prepared.send(STATEMENT, runner, await connect());
    expect(sent).toEqual(['UPDATE fsm_1 1', 'UPDATE unnamed', 'UPDATE unnamed', 'UPDATE unnamed']);
  });

  it('ER-4 after a migration sends without names over the connections that were there', async () => {
    const client = await connect();
    answer = () => Promise.reject(refusal('0A000'));
    await prepared.send(STATEMENT, runner, client);
    await prepared.send(STATEMENT, runner, client);
    expect(sent).toEqual(['UPDATE fsm_1 1', 'UPDATE unnamed', 'UPDATE unnamed']);
    answer = async () => IS_DIRECT;
    await prepared.send(STATEMENT, runner, await connect());
    expect(sent.at(-1)).toBe('UPDATE fsm_1 1');
  });

  it.each(['40P01', '08006', 'ECONNRESET', ''])(
    'ER-4 never sends again what failed otherwise (%s), also where another was refused its name meanwhile',
    async (code) => {
      const [client, other] = [await connect(), await connect()];
      let fail: (() => void) | undefined;
      answer = () => new Promise((_, reject) => (fail = () => reject(refusal(code))));
      const failing = prepared.send(STATEMENT, runner, client);
      answer = () => Promise.reject(refusal('26000'));
      await prepared.send(STATEMENT, runner, other);
      fail?.();
      await expect(failing).rejects.toMatchObject({ code });
      expect(sent).toEqual(['UPDATE fsm_1 1', 'UPDATE fsm_1 1', 'UPDATE unnamed']);
    },
  );
});
