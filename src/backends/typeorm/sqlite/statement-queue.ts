import { isTickBudgetSpent, nextTick } from '../../../toolkit/event-loop.js';
import { ASK_ALONE, type Statement, type Verb } from '../dialect/dialect.js';
import { type Batch, type Operation, type SqliteSessionSettings, takeBatch } from './statement-batch.js';

/** Makes something wait. */
export type Pause = () => Promise<void>;

/** How a `StatementLine` waits. */
export interface StatementLineSettings {
  readonly access: 'read' | 'write';
  /** Before the next try at a lock. @defaultValue up to 4 ms, at random */
  readonly pause?: Pause | undefined;
  /** Monotonic milliseconds. @defaultValue `performance.now` */
  readonly now?: (() => number) | undefined;
}

/**
 * Sends statements one after the other, each again and again while another connection holds the lock. What waits
 * meanwhile goes down together, in as few statements as there are kinds.
 *
 * One after the other, because TypeORM's `sqlite3` driver sends them side by side over one connection: a statement that
 * was refused with SQLITE_BUSY stays open until it is finalized, one that succeeds meanwhile is acknowledged but not
 * yet committed, and the end of the refused one rolls it back.
 *
 * Together, because a commit waits for the disk: writes that arrive in the same turn share it. A read waits for nobody
 * but the reads under way.
 *
 * Waiting for a lock does not block the event loop, as SQLite's own busy handler would under better-sqlite3. SQLite
 * wakes nobody when a lock is let go, so somebody must keep asking, and often, to find the short gap a busy neighbour
 * leaves: the first in line does, and the others wait behind it.
 */
export class StatementQueue {
  readonly #access: 'read' | 'write';
  readonly #pause: Pause;
  readonly #now: () => number;
  #waiting: Operation[] = [];
  #isAtWork = false;
  #isBlocked = false;

  constructor({ access, pause, now }: StatementLineSettings) {
    this.#access = access;
    this.#pause = pause ?? shortPause;
    this.#now = now ?? (() => performance.now());
  }

  /** Nobody is in the line, and the turn of the event loop has room. */
  get isIdle(): boolean {
    return !this.#isAtWork && !isTickBudgetSpent();
  }

  /** Has an operation done when its turn comes. The border where its row and answer become any of theirs. */
  ask<Row, Answer>(session: SqliteSessionSettings, verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const untried = { refusedAt: undefined, isToGoAlone: false, isDone: false };
      this.#waiting.push({ session, verb, row, resolve: resolve as (answer: unknown) => void, reject, ...untried });
      if (!this.#isAtWork) void this.#work();
    });
  }

  /** Does at once what need not wait for the end of the turn; only where the line is free. */
  async runNow<Row, Answer>(session: SqliteSessionSettings, verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    this.#isAtWork = true;
    try {
      const { sql, parameters, read } = verb.alone(row, session.clock.now());
      return read(await session.queryRunner.query(sql, parameters, true));
    } catch {
      // Once more in the line, which tells a lock from a failure.
      return this.ask(session, verb, row);
    } finally {
      this.#isAtWork = false;
      if (this.#waiting.length > 0) void this.#work();
    }
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    while (this.#waiting.length > 0) {
      if (isTickBudgetSpent()) await nextTick();
      if (this.#access === 'write') await gather();
      if (await this.#step()) await this.#pause();
    }
    this.#isAtWork = false;
  }

  /** Does what one statement does; true: a lock was in the way. Built anew for every try, for its moment. */
  async #step(): Promise<boolean> {
    const [first] = this.#waiting;
    if (first === undefined) return false;
    let operations: readonly Operation[] = [first];
    try {
      const now = first.session.clock.now();
      const batch = takeBatch(this.#waiting, now);
      operations = batch.operations;
      await perform(batch, first, now);
    } catch (error) {
      if (first.session.dialect.isBusy(error)) return this.#refuse(error);
      this.#fail(operations, error);
    }
    this.#forget();
    return false;
  }

  /** A failure that undid the batch may be one caller's alone: each has its own try. */
  #fail(operations: readonly Operation[], error: unknown): void {
    const isUndone = this.#access === 'read' || operations[0]?.session.dialect.isUndone(error) === true;
    if (operations.length > 1 && isUndone) {
      for (const operation of operations) operation.isToGoAlone = true;
      return;
    }
    for (const operation of operations) this.#reject(operation, error);
  }

  /**
   * Waiting counts from the first refusal, or from the last that went through: a long line that moves is no lock. Those
   * who arrived together give up together.
   */
  #refuse(error: unknown): boolean {
    const now = this.#now();
    this.#isBlocked = true;
    for (const operation of this.#waiting) {
      operation.refusedAt ??= now;
      if (now - operation.refusedAt >= operation.session.busyTimeoutMs) this.#reject(operation, error);
    }
    this.#waiting = this.#waiting.filter(isStillToDo);
    return this.#waiting.length > 0;
  }

  #reject(operation: Operation, error: unknown): void {
    const { dialect, place, busyTimeoutMs } = operation.session;
    operation.isDone = true;
    operation.reject(dialect.translate(error, { access: this.#access, place, busyTimeoutMs }));
  }

  #forget(): void {
    this.#waiting = this.#waiting.filter(isStillToDo);
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    for (const operation of this.#waiting) operation.refusedAt = undefined;
  }
}

/** Settles each caller, or leaves it in the line to be asked alone. */
async function perform({ operations, rows, places, asked }: Batch, first: Operation, now: number): Promise<void> {
  const shared = first.verb.shared;
  if (operations.length === 1 || shared === undefined) {
    finish(first, await send(first.verb.alone(first.row, now), first));
    return;
  }
  const answers = await send(shared.together(rows, now), first);
  operations.forEach((operation, index) => {
    const place = places[index] ?? 0;
    const answer = shared.answerOf(answers[place], rows[place], asked[index]);
    if (answer === ASK_ALONE) operation.isToGoAlone = true;
    else finish(operation, answer);
  });
}

async function send<Answer>({ sql, parameters, read }: Statement<Answer>, { session }: Operation): Promise<Answer> {
  return read(await session.queryRunner.query(sql, parameters, true));
}

function finish(operation: Operation, answer: unknown): void {
  operation.isDone = true;
  operation.resolve(answer);
}

function isStillToDo({ isDone }: Operation): boolean {
  return !isDone;
}

/** Lets callers who go on in this turn join: a few promises deep, whichever way they came. */
async function gather(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

function shortPause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 3));
}
