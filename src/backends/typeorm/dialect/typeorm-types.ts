import { StorageUnavailableError } from '../../../errors/backend-errors.js';

/** What a statement's parameter may be: what every driver of every database can bind. */
export type SqlValue = string | number | null;

/** What TypeORM gives back for a statement when it is asked for the structured form. */
export interface StatementResult {
  /** The rows a SELECT or a RETURNING gave. */
  readonly records: readonly unknown[];
  /** How many rows a statement without RETURNING changed. */
  readonly affected?: number | undefined;
  /** What the database's own driver gave. */
  readonly raw?: unknown;
}

/** The part of TypeORM's QueryRunner that is used here; both majors have it. */
export interface TypeOrmQueryRunner {
  query(sql: string, parameters: SqlValue[], useStructuredResult: true): Promise<StatementResult>;
}

/** One that has yet to take a connection from its DataSource's pool; SQLite's have no pool and hold the only one. */
export interface PooledQueryRunner extends TypeOrmQueryRunner {
  /** Takes a connection; gives the driver's own. */
  connect(): Promise<unknown>;
  /** Gives it back. */
  release(): Promise<void>;
}

/**
 * The part of TypeORM's DataSource that is used here. A `DataSource` of TypeORM 0.3 or 1.x is one, also one from
 * another copy of the package.
 */
export interface TypeOrmDataSource {
  readonly isInitialized: boolean;
  readonly options: { readonly type: string; readonly database?: unknown; readonly schema?: unknown };
  createQueryRunner(): PooledQueryRunner;
}

/** A DataSource of our own, which we also open and close. */
export interface OwnDataSource extends TypeOrmDataSource {
  initialize(): Promise<unknown>;
  destroy(): Promise<void>;
}

/** Whether something handed in can be used as a DataSource. */
export function isDataSource(value: unknown): value is TypeOrmDataSource {
  if (typeof value !== 'object' || value === null) return false;
  const hasOptions = 'options' in value && typeof value.options === 'object' && value.options !== null;
  const hasType = hasOptions && 'type' in (value.options as object);
  const hasRunner = 'createQueryRunner' in value && typeof value.createQueryRunner === 'function';
  return hasType && hasRunner && 'isInitialized' in value;
}

/** The app initializes and destroys its own DataSource: nothing works before and after. */
export function assertInitialized({ isInitialized }: TypeOrmDataSource, place: string): void {
  if (isInitialized) return;
  throw new StorageUnavailableError(
    `${place}: the DataSource is not initialized; await dataSource.initialize() before the storage starts, ` +
      'and destroy it after the storage has stopped.',
    { outcome: 'not-applied' },
  );
}
