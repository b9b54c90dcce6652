import { setTimeout } from 'node:timers'; // Not the global one: an app's test may have replaced it.
import type { Effect } from '../../../errors/backend-errors.js';
import { isTickBudgetSpent, nextTick } from '../../../toolkit/event-loop.js';
import { EXECUTE, RETRY_SINGLY, type SqlCommand, type SqlSession, type Statement } from '../dialect/dialect.js';
import type { TypeOrmQueryRunner } from '../dialect/typeorm-types.js';
import { type Batch, type QueuedCommand, type SqliteSessionSettings, takeBatch } from './statement-batch.js';

/** Storages on one DataSource share its query runner, and so must share the queue of writes. */
const writeQueues = new WeakMap<TypeOrmQueryRunner, StatementQueue>();

/** Executes commands over a single query runner, because a SQLite DataSource has one connection. */
export class SqliteSession implements SqlSession {
  readonly #settings: SqliteSessionSettings;
  // Reads wait for other reads only: in WAL mode a writer's lock does not block them.
  readonly #reads = new StatementQueue({ effect: 'read' });
  readonly #writes: StatementQueue;

  constructor(settings: SqliteSessionSettings) {
    this.#settings = settings;
    this.#writes = writeQueues.get(settings.queryRunner) ?? new StatementQueue({ effect: 'write' });
    writeQueues.set(settings.queryRunner, this.#writes);
  }

  read<Row, Result>(command: SqlCommand<Row, Result>, row: Row): Promise<Result> {
    const queue = this.#reads;
    return queue.isIdle ? queue.runNow(this.#settings, command, row) : queue.add(this.#settings, command, row);
  }

  write<Row, Result>(command: SqlCommand<Row, Result>, row: Row): Promise<Result> {
    return this.#writes.add(this.#settings, command, row);
  }

  execute(sql: string): Promise<readonly unknown[]> {
    return this.write(EXECUTE, sql);
  }
}

/** How a `StatementQueue` waits. */
interface StatementQueueSettings {
  readonly effect: Effect;
  /** Waits before the next attempt to get a lock. @defaultValue up to 4 ms, at random */
  readonly pause?: (() => Promise<void>) | undefined;
  /** Monotonic milliseconds. @defaultValue `performance.now` */
  readonly now?: (() => number) | undefined;
}

/**
 * Sends one statement at a time, and repeats it while another connection holds the lock. Commands that wait meanwhile
 * are sent as batches: one statement for each kind of command.
 *
 * One at a time, because TypeORM's `sqlite3` driver sends statements concurrently over one connection: a statement that
 * was rejected with SQLITE_BUSY stays open until it is finalized; one that succeeds meanwhile is acknowledged but not yet
 * committed; and when the rejected statement ends, it rolls that one back.
 *
 * As batches, because a commit waits for the disk: writes of the same tick share it. A read waits only for reads that are
 * being executed.
 *
 * Waiting for a lock does not block the event loop, as SQLite's busy handler would under better-sqlite3. SQLite does not
 * notify anyone when a lock is released, so the queue must keep trying, and often, to find the short gaps that a busy
 * process leaves: the first command tries, and the others wait behind it.
 */
export class StatementQueue {
  readonly #effect: Effect;
  readonly #pause: () => Promise<void>;
  readonly #now: () => number;
  #waiting: QueuedCommand[] = [];
  #isRunning = false;
  #isBlocked = false;

  constructor({ effect, pause, now }: StatementQueueSettings) {
    this.#effect = effect;
    this.#pause = pause ?? pauseBriefly;
    this.#now = now ?? (() => performance.now());
  }

  /** Nothing is queued, and the current tick has time left. */
  get isIdle(): boolean {
    return !this.#isRunning && !isTickBudgetSpent();
  }

  /** Queues a command. Inside the queue, rows and results are `unknown`. */
  add<Row, Result>(session: SqliteSessionSettings, command: SqlCommand<Row, Result>, row: Row): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const initial = { blockedSince: undefined, mustRunSingly: false, isSettled: false };
      this.#waiting.push({ session, command, row, resolve: resolve as (result: unknown) => void, reject, ...initial });
      if (!this.#isRunning) void this.#run();
    });
  }

  /** Executes a command that need not wait for the end of the tick; only while the queue is idle. */
  async runNow<Row, Result>(
    session: SqliteSessionSettings,
    command: SqlCommand<Row, Result>,
    row: Row,
  ): Promise<Result> {
    this.#isRunning = true;
    try {
      const { sql, parameters, read } = command.single(row, session.clock.now());
      return read(await session.queryRunner.query(sql, parameters, true));
    } catch {
      // The queue repeats it, and distinguishes a lock from a failure.
      return this.add(session, command, row);
    } finally {
      this.#isRunning = false;
      if (this.#waiting.length > 0) void this.#run();
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      if (isTickBudgetSpent()) await nextTick();
      if (this.#effect === 'write') await joinCallersOfThisTick();
      if (await this.#runBatch()) await this.#pause();
    }
    this.#isRunning = false;
  }

  /** Sends one statement. It is rebuilt for each attempt, with the current time. @returns whether a lock blocked it */
  async #runBatch(): Promise<boolean> {
    const [first] = this.#waiting;
    if (first === undefined) return false;
    let commands: readonly QueuedCommand[] = [first];
    try {
      const now = first.session.clock.now();
      const batch = takeBatch(this.#waiting, now);
      commands = batch.commands;
      await executeBatch(batch, first, now);
    } catch (error) {
      if (first.session.dialect.isBusy(error)) return this.#handleLock(error);
      this.#handleFailure(commands, error);
    }
    this.#removeSettled();
    return false;
  }

  /** If the batch was undone, a single command may be the cause: each is repeated singly. */
  #handleFailure(commands: readonly QueuedCommand[], error: unknown): void {
    const isUndone = this.#effect === 'read' || commands[0]?.session.dialect.isUndone(error) === true;
    if (commands.length > 1 && isUndone) {
      for (const queued of commands) queued.mustRunSingly = true;
      return;
    }
    for (const queued of commands) this.#reject(queued, error);
  }

  /**
   * The time limit starts at the first blocked attempt, or at the last success of any command: a long queue that moves is
   * not a lock. Commands that were blocked at the same time time out at the same time.
   */
  #handleLock(error: unknown): boolean {
    const now = this.#now();
    this.#isBlocked = true;
    for (const queued of this.#waiting) {
      queued.blockedSince ??= now;
      if (now - queued.blockedSince >= queued.session.busyTimeoutMs) this.#reject(queued, error);
    }
    this.#waiting = this.#waiting.filter(isPending);
    return this.#waiting.length > 0;
  }

  #reject(queued: QueuedCommand, error: unknown): void {
    const { dialect, location, busyTimeoutMs } = queued.session;
    queued.isSettled = true;
    queued.reject(dialect.translateError(error, { effect: this.#effect, location, busyTimeoutMs }));
  }

  #removeSettled(): void {
    this.#waiting = this.#waiting.filter(isPending);
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    for (const queued of this.#waiting) queued.blockedSince = undefined;
  }
}

/** Settles each caller, or leaves its command in the queue to be repeated singly. */
async function executeBatch(
  { commands, rows, rowIndexes, mergedRows }: Batch,
  first: QueuedCommand,
  now: number,
): Promise<void> {
  const { batch } = first.command;
  if (commands.length === 1 || batch === undefined) {
    resolveCommand(first, await send(first.command.single(first.row, now), first));
    return;
  }
  const results = await send(batch.statement(rows, now), first);
  commands.forEach((queued, index) => {
    const rowIndex = rowIndexes[index] ?? 0;
    const result = batch.resultOf(results[rowIndex], rows[rowIndex], mergedRows[index]);
    if (result === RETRY_SINGLY) queued.mustRunSingly = true;
    else resolveCommand(queued, result);
  });
}

async function send<Result>({ sql, parameters, read }: Statement<Result>, { session }: QueuedCommand): Promise<Result> {
  return read(await session.queryRunner.query(sql, parameters, true));
}

function resolveCommand(queued: QueuedCommand, result: unknown): void {
  queued.isSettled = true;
  queued.resolve(result);
}

function isPending({ isSettled }: QueuedCommand): boolean {
  return !isSettled;
}

/** Lets callers that were resumed in this tick queue their commands: they may be a few promises deep. */
async function joinCallersOfThisTick(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

function pauseBriefly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 3));
}
