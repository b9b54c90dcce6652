import { setTimeout as pause } from 'node:timers/promises';
import { type Effect, StorageTimeoutError } from '../../../errors/backend-errors.js';
import { CommandDeadlines } from '../../../toolkit/command-deadlines.js';
import { KeyedQueue } from '../../../toolkit/keyed-queue.js';
import { EXECUTE, type KeyRow, type SqlCommand, type SqlSession, type Statement } from '../dialect/dialect.js';
import type { PooledQueryRunner, StatementResult, TypeOrmDataSource } from '../dialect/typeorm-types.js';
import { ConnectionRenewal } from './connection-renewal.js';
import { type Send, sendByRunner, type ServerDialect } from './server-dialect.js';

/** What a session over a server needs. */
interface PooledSessionSettings extends Pick<TypeOrmDataSource, 'createQueryRunner'> {
  readonly dialect: ServerDialect;
  /** Where the data is, as a message may show it. */
  readonly location: string;
  /** Milliseconds that a command may take in all, including the wait for a connection. */
  readonly commandTimeout: number;
  /** @defaultValue that of the dialect */
  readonly send?: Send | undefined;
  /**
   * Verifies a connection before it is used; false: it is closed, and another one taken.
   * @defaultValue every connection is usable
   */
  readonly isUsable?: ((runner: PooledQueryRunner, connection: unknown) => Promise<boolean>) | undefined;
  /** @defaultValue by this process's clock */
  readonly renewal?: ConnectionRenewal | undefined;
}

const acceptAny = (): Promise<boolean> => Promise.resolve(true);

/** How often a statement is sent that the server keeps undoing in favour of concurrent ones. */
const MAX_ATTEMPTS = 20;
/** The longest pause between two attempts is 2 to this power, in milliseconds. */
const MAX_PAUSE_EXPONENT = 6;

/** A command that is being executed. */
interface RunningCommand {
  readonly effect: Effect;
  /** How many replies the session had received when the command began. */
  readonly repliesBefore: number;
  /** Whether no earlier write of its key is running. */
  isFirstOfKey: boolean;
  /** The driver's connection that was taken for it; undefined: none was free so far. */
  connection: unknown;
  /** Whether the statement was sent over the connection. */
  wasSent: boolean;
  isTimedOut: boolean;
  /** Whether its server is read-only, and a new connection may reach another one. */
  canReachAnotherServer: boolean;
  /** When its caller times out, on the clock of `performance.now()`. */
  readonly expiresAt: number;
  /** Lets the next write of its key begin. */
  releaseKey: () => void;
}

/**
 * Executes commands concurrently over the DataSource's pool: the server itself orders conflicting ones. Each statement
 * takes a connection, commits automatically and releases the connection, so it is never part of a transaction of the app.
 *
 * Only writes of one key run one after the other, in the order of the calls: over several connections they could overtake
 * one another. They would wait for the row's lock anyway, each with a connection that others could use.
 */
export class PooledSession implements SqlSession {
  readonly #settings: PooledSessionSettings;
  readonly #deadlines: CommandDeadlines;
  readonly #writesByKey = new KeyedQueue();
  readonly #renewal: ConnectionRenewal;
  #replies = 0;

  constructor(settings: PooledSessionSettings) {
    this.#settings = settings;
    this.#deadlines = new CommandDeadlines(settings.commandTimeout);
    this.#renewal = settings.renewal ?? new ConnectionRenewal();
  }

  read<Row, Result>(command: SqlCommand<Row, Result>, row: Row): Promise<Result> {
    return this.#run('read', command, row, undefined);
  }

  write<Row, Result>(command: SqlCommand<Row, Result>, row: Row): Promise<Result> {
    return this.#run('write', command, row, keyNameOf(row));
  }

  execute(sql: string): Promise<readonly unknown[]> {
    return this.write(EXECUTE, sql);
  }

  /** Removes the timer if no command is running. */
  clearTimer(): void {
    this.#deadlines.clear();
  }

  /** Times out all running commands: a pool that closes never gives a connection to those that wait for one. */
  cancelAll(): void {
    this.#deadlines.expireAll();
  }

  /** @param key - the command waits for earlier ones of this key; undefined: it waits for none */
  #run<Row, Result>(
    effect: Effect,
    command: SqlCommand<Row, Result>,
    row: Row,
    key: string | undefined,
  ): Promise<Result> {
    const { dialect, location, commandTimeout } = this.#settings;
    const running: RunningCommand = {
      effect,
      repliesBefore: this.#replies,
      isFirstOfKey: false,
      connection: undefined,
      wasSent: false,
      isTimedOut: false,
      canReachAnotherServer: false,
      expiresAt: performance.now() + commandTimeout,
      releaseKey: () => {},
    };
    return new Promise((resolve, reject) => {
      const deadline = this.#deadlines.add(() => reject(this.#timeOut(running)));
      const perform = (): Promise<Result> => {
        running.isFirstOfKey = true;
        // No dialect of a server uses `now`: the server's clock decides.
        return this.#perform(command.single(row, NaN), running);
      };
      (key === undefined ? perform() : this.#writesByKey.run(key, () => untilKeyIsReleased(running, perform())))
        .then(resolve, (error: unknown) => {
          reject(dialect.translateError(error, { effect, location, wasSent: running.wasSent }));
        })
        .finally(() => this.#deadlines.settle(deadline));
    });
  }

  async #perform<Result>(statement: Statement<Result>, running: RunningCommand): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await this.#send(statement, running);
        this.#replies += 1;
        return statement.read(result);
      } catch (error) {
        const result = statement.readFailure?.(error);
        if (result !== undefined) return result;
        const isLast = running.isTimedOut || attempt === MAX_ATTEMPTS;
        const isRetryable = running.canReachAnotherServer || this.#settings.dialect.isRetryable(error);
        if (isLast || !isRetryable) throw error;
      }
      // The server undid it: until it is sent again it counts as not sent.
      running.connection = undefined;
      running.wasSent = false;
      if (!running.canReachAnotherServer) await pause(Math.random() * 2 ** Math.min(attempt, MAX_PAUSE_EXPONENT));
    }
  }

  async #send(statement: Statement<unknown>, running: RunningCommand): Promise<StatementResult> {
    const { dialect, send = dialect.send ?? sendByRunner, isUsable = acceptAny } = this.#settings;
    running.canReachAnotherServer = false;
    for (;;) {
      assertNotTimedOut(running);
      const runner = this.#settings.createQueryRunner();
      try {
        const connection = await runner.connect();
        assertNotTimedOut(running);
        running.connection = connection;
        if (this.#renewal.accepts(connection) && (await isUsable(runner, connection))) {
          assertNotTimedOut(running);
          running.wasSent = true;
          return await send(statement, runner, connection, running.expiresAt - performance.now());
        }
        dialect.destroyConnection(connection);
        running.connection = undefined;
      } catch (error) {
        this.#closeIfUnusable(error, running);
        throw error;
      } finally {
        // Not earlier: a runner that is released while it waits for a connection would keep the connection forever.
        await runner.release();
      }
    }
  }

  #closeIfUnusable(error: unknown, running: RunningCommand): void {
    const { dialect } = this.#settings;
    running.canReachAnotherServer = dialect.isReadOnly?.(error) === true && this.#renewal.renew(running.connection);
    if (running.canReachAnotherServer || dialect.closesConnection(error)) dialect.destroyConnection(running.connection);
  }

  #timeOut(running: RunningCommand): Error {
    const { dialect, location, commandTimeout } = this.#settings;
    const { connection, wasSent, effect } = running;
    running.isTimedOut = true;
    running.releaseKey();
    if (connection === undefined) {
      const reason = running.isFirstOfKey
        ? `no connection of the pool was free within ${commandTimeout} ms (commandTimeout). Allow more of them (poolSize)`
        : `other writes of the same key took longer than ${commandTimeout} ms (commandTimeout). Spread them over more keys`;
      const message = `${location}: ${reason}, or look for what delays them. The command was not sent.`;
      // A server that replies to other commands has not failed.
      const scope = this.#replies > running.repliesBefore ? 'call' : 'backend';
      return new StorageTimeoutError(message, { outcome: 'not-applied', scope });
    }
    // A late reply on this connection would be taken for the reply to its next statement.
    dialect.destroyConnection(connection);
    const isUnknown = wasSent && effect === 'write';
    const advice = isUnknown ? ' The write may have been applied: read before you try again.' : '';
    const message = `${location} did not answer within ${commandTimeout} ms (commandTimeout).${advice}`;
    return new StorageTimeoutError(message, { outcome: isUnknown ? 'unknown' : 'not-applied' });
  }
}

/**
 * Settles with the command, or rejects as soon as it times out, so that the next write of the key can start. A timed out
 * command may wait forever for a connection, and mysql2 never settles a query whose connection is reset just as it is
 * destroyed.
 */
function untilKeyIsReleased<Result>(running: RunningCommand, performed: Promise<Result>): Promise<Result> {
  const released = new Promise<never>((_, reject) => {
    running.releaseKey = () => reject(createTimedOutError());
  });
  return Promise.race([performed, released]);
}

/** The caller has an error that says that the command was not sent, so it must not be sent any more. */
function assertNotTimedOut({ isTimedOut }: RunningCommand): void {
  if (isTimedOut) throw createTimedOutError();
}

/** Never reaches a caller: the caller has its StorageTimeoutError already. */
function createTimedOutError(): Error {
  return new Error('The command timed out before it was sent.');
}

/** A name that is unique to the key; undefined for a command that is not about a single key. */
function keyNameOf(row: unknown): string | undefined {
  if (!isKeyRow(row)) return undefined;
  const { namespace, kind, identifier } = row.key;
  return `${namespace}:${kind}:${identifier}`;
}

function isKeyRow(row: unknown): row is KeyRow {
  return typeof row === 'object' && row !== null && 'key' in row;
}
