import type { Clock } from '../../contract/clock.js';
import type { TypeOrmQueryRunner } from './data-source.js';
import type { Dialect, Statement } from './dialects/dialect.js';
import { LockQueue } from './lock-queue.js';

/** What a session speaks over. */
export interface SqlSessionSettings {
  readonly queryRunner: TypeOrmQueryRunner;
  readonly dialect: Dialect;
  readonly clock: Clock;
  /** Where the data lies, as a message may name it. */
  readonly place: string;
  readonly busyTimeoutMs: number;
}

/** Builds a statement for the moment it is executed in; built anew for every try. */
export type BuildStatement<T> = (dialect: Dialect, now: number) => Statement<T>;

/** Storages over one DataSource share its query runner, and so must share the line of those that write. */
const writeQueues = new WeakMap<TypeOrmQueryRunner, LockQueue>();

/** Sends single statements through one held query runner, waits out locks, and translates failures. */
export class SqlSession {
  readonly #settings: SqlSessionSettings;
  // Reads wait behind reads only: in WAL mode a writer's lock does not concern them.
  readonly #reads: LockQueue;
  readonly #writes: LockQueue;

  constructor(settings: SqlSessionSettings) {
    this.#settings = settings;
    const { busyTimeoutMs, dialect, queryRunner } = settings;
    const isBusy = (error: unknown): boolean => dialect.isBusy(error);
    this.#reads = new LockQueue({ busyTimeoutMs, isBusy });
    this.#writes = writeQueues.get(queryRunner) ?? new LockQueue({ busyTimeoutMs, isBusy });
    writeQueues.set(queryRunner, this.#writes);
  }

  read<T>(build: BuildStatement<T>): Promise<T> {
    return this.#run('read', this.#reads, build);
  }

  write<T>(build: BuildStatement<T>): Promise<T> {
    return this.#run('write', this.#writes, build);
  }

  /** A statement without parameters or meaning: a PRAGMA, a CREATE. Gives its rows. */
  execute(sql: string): Promise<readonly unknown[]> {
    return this.write(() => ({ sql, parameters: [], read: ({ records }) => records }));
  }

  async #run<T>(access: 'read' | 'write', queue: LockQueue, build: BuildStatement<T>): Promise<T> {
    const { queryRunner, dialect, clock, place, busyTimeoutMs } = this.#settings;
    try {
      return await queue.run(async () => {
        const statement = build(dialect, clock.now());
        return statement.read(await queryRunner.query(statement.sql, [...statement.parameters], true));
      });
    } catch (error) {
      throw dialect.translate(error, { access, place, busyTimeoutMs });
    }
  }
}
