import { setTimeout as pause } from 'node:timers/promises';
import { StorageTimeoutError } from '../../../errors/backend-errors.js';
import { CommandDeadlines } from '../../../toolkit/command-deadlines.js';
import { KeyedQueue } from '../../../toolkit/keyed-queue.js';
import type { PooledQueryRunner, StatementResult, TypeOrmDataSource } from '../dialect/typeorm-types.js';
import { type KeyRow, outcomeOf, type Statement, type Verb } from '../dialect/dialect.js';
import type { FailedCommand, ServerDialect } from './server-dialect.js';
import type { SqlSession } from '../dialect/sql-session.js';

/** What a session over a server speaks over. */
export interface PooledSessionSettings {
  readonly dataSource: Pick<TypeOrmDataSource, 'createQueryRunner'>;
  readonly dialect: ServerDialect;
  /** Where the data lies, as a message may name it. */
  readonly place: string;
  /** Milliseconds a command may take in all, waiting for a connection included. */
  readonly commandTimeout: number;
  /** @defaultValue the runner's `query` */
  readonly send?: Send | undefined;
}

/** Sends a statement over the connection that a runner took for it. */
export type Send = (
  statement: Statement<unknown>,
  runner: PooledQueryRunner,
  connection: unknown,
) => Promise<StatementResult>;

const sendByRunner: Send = ({ sql, parameters }, runner) => runner.query(sql, parameters, true);

/** How often a statement is sent that the server keeps undoing for the sake of others. */
const MOST_TRIES = 8;

/** A command under way. */
interface Command {
  readonly access: FailedCommand['access'];
  /** How many answers the session had when it began. */
  readonly answersBefore: number;
  /** Whether no other write of its key is before it. */
  hasTurn: boolean;
  /** The driver's own connection, once the statement was sent over it. */
  sentOver: unknown;
  isGivenUp: boolean;
  /** Lets the next write of its key have its turn. */
  yieldTurn: () => void;
}

/**
 * Side by side over the DataSource's pool: a server tells for itself who waits for whom. Each statement takes a
 * connection, commits by itself and gives the connection back, so it is never part of a transaction of the app's.
 *
 * Only writes of one key go one after the other, in the order they were asked for: over several connections they could
 * overtake one another. They would wait for the row anyway, and each with a connection that others could use.
 */
export class PooledSession implements SqlSession {
  readonly #settings: PooledSessionSettings;
  readonly #inFlight: CommandDeadlines;
  readonly #writes = new KeyedQueue();
  #answers = 0;

  constructor(settings: PooledSessionSettings) {
    this.#settings = settings;
    this.#inFlight = new CommandDeadlines(settings.commandTimeout);
  }

  read<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    return this.#ask('read', verb, row, undefined);
  }

  write<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    return this.#ask('write', verb, row, queueOf(row));
  }

  execute(sql: string): Promise<readonly unknown[]> {
    return this.write(this.#settings.dialect.execute, sql);
  }

  /** Leaves no timer behind where nothing is in flight. */
  rest(): void {
    this.#inFlight.clear();
  }

  /** Gives up what is in flight: a pool that closes answers nobody who waits for a connection. */
  end(): void {
    this.#inFlight.expireAll();
  }

  /** @param queue - whom it waits behind; undefined: nobody */
  #ask<Row, Answer>(
    access: Command['access'],
    verb: Verb<Row, Answer>,
    row: Row,
    queue: string | undefined,
  ): Promise<Answer> {
    const { dialect, place } = this.#settings;
    const command: Command = {
      access,
      answersBefore: this.#answers,
      hasTurn: false,
      sentOver: undefined,
      isGivenUp: false,
      yieldTurn: () => {},
    };
    return new Promise((resolve, reject) => {
      const flight = this.#inFlight.add(() => reject(this.#giveUp(command)));
      const perform = (): Promise<Answer> => {
        command.hasTurn = true;
        // The server's clock decides; the process's own is not asked.
        return this.#perform(verb.alone(row, NaN), command);
      };
      (queue === undefined ? perform() : this.#writes.run(queue, () => untilTurnIsYielded(command, perform())))
        .then(resolve, (error: unknown) => {
          reject(dialect.translate(error, { access, place, wasSent: command.sentOver !== undefined }));
        })
        .finally(() => this.#inFlight.settle(flight));
    });
  }

  async #perform<Answer>(statement: Statement<Answer>, command: Command): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        const result = await this.#send(statement, command);
        this.#answers += 1;
        return statement.read(result);
      } catch (error) {
        const answer = statement.readFailure?.(error);
        if (answer !== undefined) return answer;
        if (command.isGivenUp || tries === MOST_TRIES || !this.#settings.dialect.mayTryAgain(error)) throw error;
      }
      // It was undone: until it is sent again it counts as not sent.
      command.sentOver = undefined;
      await pause(Math.random() * 2 ** tries);
    }
  }

  async #send(statement: Statement<unknown>, command: Command): Promise<StatementResult> {
    assertWanted(command);
    const { dataSource, dialect, send = sendByRunner } = this.#settings;
    const runner = dataSource.createQueryRunner();
    try {
      const connection = await runner.connect();
      assertWanted(command);
      command.sentOver = connection;
      return await send(statement, runner, connection);
    } catch (error) {
      if (dialect.hangsUp(error)) dialect.destroyConnection(command.sentOver);
      throw error;
    } finally {
      // Not before: a runner that is released while it waits for a connection would keep it for ever.
      await runner.release();
    }
  }

  #giveUp(command: Command): Error {
    const { dialect, place, commandTimeout } = this.#settings;
    const { sentOver, access } = command;
    command.isGivenUp = true;
    command.yieldTurn();
    if (sentOver === undefined) {
      const reason = command.hasTurn
        ? `no connection of the pool was free within ${commandTimeout} ms (commandTimeout). Allow more of them (poolSize)`
        : `other writes of the same key took longer than ${commandTimeout} ms (commandTimeout). Spread them over more keys`;
      const message = `${place}: ${reason}, or look for what holds them up. The command was not sent.`;
      // A server that answers others has not failed.
      const scope = this.#answers > command.answersBefore ? 'call' : 'backend';
      return new StorageTimeoutError(message, { outcome: 'not-applied', scope });
    }
    // What still comes over it would be the answer to another question.
    dialect.destroyConnection(sentOver);
    const advice = access === 'write' ? ' The write may have been applied: read before you try again.' : '';
    const message = `${place} did not answer within ${commandTimeout} ms (commandTimeout).${advice}`;
    return new StorageTimeoutError(message, { outcome: outcomeOf(access, 'unknown') });
  }
}

/**
 * What becomes of a command, or of its turn alone where it is given up. It may wait for ever for a connection, and mysql2 tells
 * nobody of a query whose connection is reset just as it is destroyed: those behind it need not wait for that.
 */
function untilTurnIsYielded<Answer>(command: Command, performed: Promise<Answer>): Promise<Answer> {
  const yielded = new Promise<never>((_, reject) => {
    command.yieldTurn = () => reject(givenUp());
  });
  return Promise.race([performed, yielded]);
}

/** Its caller was told that it was not sent, so it must not be sent any more. */
function assertWanted({ isGivenUp }: Command): void {
  if (isGivenUp) throw givenUp();
}

/** Nobody sees it: the caller has been told already. */
function givenUp(): Error {
  return new Error('The command was given up before it was sent.');
}

/** A key's name, which no other key has; undefined for what is about no single key. */
function queueOf(row: unknown): string | undefined {
  if (!isKeyRow(row)) return undefined;
  const { namespace, kind, identifier } = row.key;
  return `${namespace}:${kind}:${identifier}`;
}

function isKeyRow(row: unknown): row is KeyRow {
  return typeof row === 'object' && row !== null && 'key' in row;
}
