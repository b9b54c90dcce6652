import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { Statement } from '../dialect/dialect.js';
import type { PooledQueryRunner, StatementResult } from '../dialect/typeorm-types.js';
import type { AppPool } from './app-pool.js';
import { type Send, sendByRunner, type ServerDialect } from './server-dialect.js';

/** What the verification of an app's sessions needs. */
interface AppSessionsSettings {
  readonly pool: AppPool;
  readonly location: string;
  /** The dialect; another one once it is settled. */
  readonly dialect: () => ServerDialect;
}

/**
 * Verifies the sessions of an app's pool, which the app may have left in any condition: in a transaction, or as another
 * role. A session is verified before its first use, again whenever others have used it, and after a statement that found
 * nothing or may not have found everything, because a policy may have hidden rows.
 */
export class AppSessions {
  readonly #settings: AppSessionsSettings;
  /** For each verified connection, how often others had used it. */
  readonly #verified = new WeakMap<object, number>();

  constructor(settings: AppSessionsSettings) {
    this.#settings = settings;
  }

  /**
   * Verifies a connection that was just taken.
   * @returns false: it must be closed, and another one may be usable
   * @throws {@link StorageUnavailableError} if it is new: others will not be better
   */
  async isUsable(runner: PooledQueryRunner, connection: unknown): Promise<boolean> {
    const { pool, dialect } = this.#settings;
    const { othersUses, isNew } = pool.take(connection);
    if (dialect().verifyUsedSession === undefined || this.#isVerified(connection, othersUses)) return true;
    const problems = await this.#findProblems(runner);
    if (problems.length > 0) {
      if (!isNew) return false;
      dialect().destroyConnection(connection);
      throw this.#createError(problems);
    }
    if (isObject(connection) && othersUses !== undefined) this.#verified.set(connection, othersUses);
    return true;
  }

  /** Sends a statement over a verified connection. */
  async send(...parameters: Parameters<Send>): Promise<StatementResult> {
    const [statement, runner, connection] = parameters;
    const { send = sendByRunner, verifyUsedSession, isUncommitted, destroyConnection } = this.#settings.dialect();
    const result = await send(...parameters);
    if (isUncommitted?.(result, connection) === true) {
      // The server undoes the statement, and all else that was not committed on this connection.
      destroyConnection(connection);
      throw this.#createError([UNCOMMITTED]);
    }
    if (verifyUsedSession === undefined || isComplete(statement, result)) return result;
    const problems = await this.#findProblems(runner);
    if (problems.length === 0) return result;
    destroyConnection(connection);
    throw this.#createError(problems);
  }

  #isVerified(connection: unknown, othersUses: number | undefined): boolean {
    return isObject(connection) && othersUses !== undefined && this.#verified.get(connection) === othersUses;
  }

  async #findProblems(runner: PooledQueryRunner): Promise<readonly string[]> {
    const { dialect, location } = this.#settings;
    const { verifyUsedSession } = dialect();
    if (verifyUsedSession === undefined) return [];
    const statement = verifyUsedSession.single(null, NaN);
    try {
      return statement.read(await runner.query(statement.sql, statement.parameters, true));
    } catch (error) {
      const problems = statement.readFailure?.(error);
      if (problems !== undefined) return problems;
      throw dialect().translateError(error, { effect: 'read', location, wasSent: false });
    }
  }

  #createError(problems: readonly string[]): Error {
    return new StorageUnavailableError(
      `${this.#settings.location}: a session of its pool is unusable, so nothing was changed: ${problems.join('; ')}.`,
      { outcome: 'not-applied', scope: 'command' },
    );
  }
}

const UNCOMMITTED =
  'a connection of its pool was in a transaction, which was ended. Never return a connection to the pool with autocommit ' +
  'off or before its transaction has ended';

/** Only a statement that is kept prepared is about a single row: once it has found that, there is no other. */
function isComplete({ name, sql }: Statement<unknown>, { records, affected = 0 }: StatementResult): boolean {
  const hasFound = records.length > 0 || affected > 0;
  return hasFound && (name !== undefined || !/^\s*SELECT\b/.test(sql));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
