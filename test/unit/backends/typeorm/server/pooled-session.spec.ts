import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PooledQueryRunner, StatementResult } from '../../../../../src/backends/typeorm/dialect/typeorm-types.js';
import type { KeyRow, SqlCommand } from '../../../../../src/backends/typeorm/dialect/dialect.js';
import { createPostgresDialect } from '../../../../../src/backends/typeorm/postgres/dialect.js';
import { ConnectionRenewal } from '../../../../../src/backends/typeorm/server/connection-renewal.js';
import { PooledSession } from '../../../../../src/backends/typeorm/server/pooled-session.js';
import { nextTick } from '../../../../../src/toolkit/event-loop.js';

const DONE: StatementResult = { records: [] };
const READ_ONLY = Object.assign(new Error('read-only'), { code: '25006' });
const CONFLICT = Object.assign(new Error('conflict'), { code: '40P01' });

interface Row extends KeyRow {
  readonly text: string;
}

/** Sends the text of its row instead of SQL. */
const command: SqlCommand<Row, string> = {
  single: ({ text }) => ({ sql: text, parameters: [], read: () => text }),
};

function rowOf(identifier: string, text: string): Row {
  return { key: { namespace: 'fsm', kind: 'state', identifier }, text };
}

/** What a test settles by hand. */
interface Held<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function hold<T>(): Held<T> {
  let settle: Pick<Held<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

describe('PooledSession', () => {
  let sent: string[];
  let released: number;
  let destroyed: unknown[];
  let connect: () => Promise<unknown>;
  let reply: (sql: string) => Promise<StatementResult>;

  beforeEach(() => {
    sent = [];
    released = 0;
    destroyed = [];
    connect = () => Promise.resolve('connection');
    reply = () => Promise.resolve(DONE);
  });

  function createRunner(): PooledQueryRunner {
    return {
      connect: () => connect(),
      query: (sql) => {
        sent.push(sql);
        return reply(sql);
      },
      release: async () => {
        released += 1;
      },
    };
  }

  function openSession(commandTimeout = 60_000, renewal?: ConnectionRenewal): PooledSession {
    const dialect = {
      ...createPostgresDialect(undefined),
      isReadOnly: (error: unknown) => error === READ_ONLY,
      destroyConnection: (one: unknown) => destroyed.push(one),
    };
    return new PooledSession({
      createQueryRunner: createRunner,
      dialect,
      location: 'here',
      commandTimeout,
      renewal,
    });
  }

  async function turns(count = 10): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) await nextTick();
  }

  it('sends writes of one key one after the other, in their order, and those of other keys concurrently', async () => {
    const first = hold<StatementResult>();
    reply = (sql) => (sql === 'first' ? first.promise : Promise.resolve(DONE));
    const session = openSession();
    const writes = [session.write(command, rowOf('x', 'first')), session.write(command, rowOf('x', 'second'))];
    await session.write(command, rowOf('y', 'other'));
    await session.read(command, rowOf('x', 'read'));
    expect(sent).toEqual(['first', 'other', 'read']);
    first.resolve(DONE);
    expect(await Promise.all(writes)).toEqual(['first', 'second']);
    expect(sent.at(-1)).toBe('second');
    expect(released).toBe(4);
  });

  it('ER-4 destroys and releases the connection of a command that gets no reply in time', async () => {
    const silent = hold<StatementResult>();
    reply = () => silent.promise;
    const session = openSession(20);
    await expect(session.write(command, rowOf('x', 'write'))).rejects.toMatchObject({
      code: 'TIMEOUT',
      outcome: 'unknown',
    });
    expect(destroyed).toEqual(['connection']);
    silent.reject(new Error('Connection terminated'));
    await turns();
    expect(released).toBe(1);
  });

  it('ER-4 reports a late read as not applied', async () => {
    reply = () => hold<StatementResult>().promise;
    const read = openSession(20).read(command, rowOf('x', 'read'));
    await expect(read).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
  });

  it('ER-4 never sends a command that timed out while it waited for a connection, and releases the connection', async () => {
    const connecting = hold<unknown>();
    connect = () => connecting.promise;
    const write = openSession(20).write(command, rowOf('x', 'write'));
    await expect(write).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
    expect({ released, destroyed }).toEqual({ released: 0, destroyed: [] });
    connecting.resolve('connection');
    await turns();
    expect({ sent, released }).toEqual({ sent: [], released: 1 });
  });

  it('ER-4 starts the next write of a key when one times out that waits for a connection', async () => {
    const connecting = hold<unknown>();
    connect = () => connecting.promise;
    const session = openSession(20);
    await expect(session.write(command, rowOf('x', 'lost'))).rejects.toMatchObject({ code: 'TIMEOUT' });
    connect = () => Promise.resolve('connection');
    expect(await session.write(command, rowOf('x', 'next'))).toBe('next');
    expect(sent).toEqual(['next']);
  });

  it('ER-4 starts the next write of a key when one times out that never settles', async () => {
    reply = (sql) => (sql === 'lost' ? hold<StatementResult>().promise : Promise.resolve(DONE));
    const session = openSession(20);
    await expect(session.write(command, rowOf('x', 'lost'))).rejects.toMatchObject({ outcome: 'unknown' });
    expect(await session.write(command, rowOf('x', 'next'))).toBe('next');
  });

  it('ER-4 limits the failure of an unsent command to one call if the server replies to others', async () => {
    const connecting = hold<unknown>();
    const session = openSession(20);
    connect = () => connecting.promise;
    const whileSilent = session.write(command, rowOf('x', 'first'));
    await expect(whileSilent).rejects.toMatchObject({ outcome: 'not-applied', scope: 'backend' });
    // Both have the same deadline: otherwise the first to time out could let the other one start in time.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    const held = session.write(command, rowOf('x', 'second'));
    const behind = session.write(command, rowOf('x', 'third'));
    clock.mockRestore();
    await turns();
    connect = () => Promise.resolve('connection');
    await session.read(command, rowOf('y', 'other'));
    const late = await Promise.all([held, behind].map((write) => write.catch((error: unknown) => error)));
    expect(late).toMatchObject([{ scope: 'call' }, { scope: 'call' }]);
    expect(late.map(String)).toEqual([
      expect.stringContaining('no connection of the pool was free'),
      expect.stringContaining('other writes of the same key took longer'),
    ]);
  });

  it('ER-4 never sends a write that timed out behind another write of its key', async () => {
    const first = hold<StatementResult>();
    reply = () => first.promise;
    const session = openSession(20);
    const writes = [session.write(command, rowOf('x', 'first')), session.write(command, rowOf('x', 'second'))];
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes).toMatchObject([{ reason: { outcome: 'unknown' } }, { reason: { outcome: 'not-applied' } }]);
    first.resolve(DONE);
    await turns();
    expect(sent).toEqual(['first']);
  });

  it('CAS-4 repeats a statement that the server undid in favour of others, but not forever', async () => {
    let conflicts = 3;
    reply = () => {
      conflicts -= 1;
      return conflicts >= 0 ? Promise.reject(CONFLICT) : Promise.resolve(DONE);
    };
    const session = openSession();
    expect(await session.write(command, rowOf('x', 'write'))).toBe('write');
    expect({ sent: sent.length, released }).toEqual({ sent: 4, released: 4 });
    conflicts = Infinity;
    const lost = session.write(command, rowOf('x', 'write'));
    await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    expect(sent).toHaveLength(24);
  });

  it.each([
    ['57P01', ['connection']],
    ['23514', []],
  ])('ER-4 destroys the connection after %s if the server closes it', async (code, expected) => {
    reply = () => Promise.reject(Object.assign(new Error('rejected'), { code }));
    await expect(openSession().write(command, rowOf('x', 'rejected'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(destroyed).toEqual(expected);
    expect(released).toBe(1);
  });

  it('ER-4 distinguishes a failure before a command was sent from one after', async () => {
    const broken = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    reply = () => Promise.reject(broken);
    const session = openSession();
    await expect(session.write(command, rowOf('x', 'w'))).rejects.toMatchObject({ outcome: 'unknown' });
    connect = () => Promise.reject(broken);
    await expect(session.write(command, rowOf('x', 'w'))).rejects.toMatchObject({ outcome: 'not-applied' });
    expect(released).toBe(2);
  });

  it('ER-4 sends a write over a new connection after a read-only server rejected it, and closes all older ones', async () => {
    let now = 0;
    const old = [{ at: 'old 1' }, { at: 'old 2' }];
    const pool: object[] = [...old];
    const session = openSession(60_000, new ConnectionRenewal(() => now));
    connect = () => Promise.resolve(pool.find((one) => !destroyed.includes(one)));
    await session.read(command, rowOf('x', 'first'));
    pool.reverse();
    await session.read(command, rowOf('x', 'second'));
    now = 5000;
    pool.push({ at: 'new' });
    reply = () => (destroyed.length === 2 ? Promise.resolve(DONE) : Promise.reject(READ_ONLY));
    expect(await session.write(command, rowOf('x', 'write'))).toBe('write');
    // The second one is closed without being used.
    expect(sent).toEqual(['first', 'second', 'write', 'write']);
    expect(destroyed).toEqual([old[1], old[0]]);
    expect(released).toBe(5);
  });

  it('ER-4 keeps a connection that is as read-only as the one before it, and rejects the write', async () => {
    let now = 0;
    const [first, second] = [{ at: 'first' }, { at: 'second' }];
    const session = openSession(60_000, new ConnectionRenewal(() => now));
    connect = () => Promise.resolve(destroyed.length === 0 ? first : second);
    reply = () => Promise.reject(READ_ONLY);
    for (const at of [0, 999]) {
      now = at;
      await expect(session.write(command, rowOf('x', 'w'))).rejects.toMatchObject({ outcome: 'not-applied' });
    }
    expect(destroyed).toEqual([]);
    now = 1000;
    await expect(session.write(command, rowOf('x', 'w'))).rejects.toMatchObject({ outcome: 'not-applied' });
    expect(destroyed).toEqual([first]);
    expect(sent).toHaveLength(4);
  });
});
