import { StorageUnavailableError } from '../../../errors/backend-errors.js';

/** A parameter of a statement: a value that the driver of every database can bind. */
export type SqlValue = string | number | null;

/** What TypeORM returns for a statement in its structured form. */
export interface StatementResult {
  /** The rows of a SELECT or a RETURNING clause. */
  readonly records: readonly unknown[];
  /** How many rows a statement without RETURNING changed. */
  readonly affected?: number | undefined;
  /** The result of the database's driver. */
  readonly raw?: unknown;
}

/** The part of TypeORM's QueryRunner that is used here; TypeORM 0.3 and 1.x both have it. */
export interface TypeOrmQueryRunner {
  query(sql: string, parameters: SqlValue[], useStructuredResult: true): Promise<StatementResult>;
}

/** A query runner that takes a connection from its DataSource's pool. Those of SQLite share the only connection. */
export interface PooledQueryRunner extends TypeOrmQueryRunner {
  /** Takes a connection and returns the database driver's object for it. */
  connect(): Promise<unknown>;
  /** Returns the connection to the pool. */
  release(): Promise<void>;
}

/**
 * The part of TypeORM's DataSource that is used here. A `DataSource` of TypeORM 0.3 or 1.x matches it, also one from
 * another copy of the package.
 */
export interface TypeOrmDataSource {
  readonly isInitialized: boolean;
  readonly options: { readonly type: string; readonly database?: unknown; readonly schema?: unknown };
  createQueryRunner(): PooledQueryRunner;
}

/** A DataSource that we own, and so open and close. */
export interface OwnDataSource extends TypeOrmDataSource {
  initialize(): Promise<unknown>;
  destroy(): Promise<void>;
}

/** Whether a value from the app can be used as a DataSource. */
export function isDataSource(value: unknown): value is TypeOrmDataSource {
  if (typeof value !== 'object' || value === null) return false;
  const hasOptions = 'options' in value && typeof value.options === 'object' && value.options !== null;
  const hasType = hasOptions && 'type' in (value.options as object);
  const hasRunner = 'createQueryRunner' in value && typeof value.createQueryRunner === 'function';
  return hasType && hasRunner && 'isInitialized' in value;
}

/**
 * The app initializes and destroys its DataSource: nothing works before and after.
 * @throws {@link StorageUnavailableError} if the DataSource is not initialized
 */
export function assertInitialized({ isInitialized }: TypeOrmDataSource, location: string): void {
  if (isInitialized) return;
  throw new StorageUnavailableError(
    `${location}: the DataSource is not initialized; await dataSource.initialize() before the storage starts, ` +
      'and destroy it after the storage has stopped.',
    { outcome: 'not-applied' },
  );
}

/** How many rows a statement without RETURNING changed. */
export function affectedRows({ affected = 0 }: StatementResult): number {
  return affected;
}

/** Whether a statement without RETURNING changed a row. */
export function affectedAnyRow({ affected = 0 }: StatementResult): boolean {
  return affected > 0;
}

/** A column of a row, or a property of an object that a database driver returned. */
export function columnValue(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
}

/** NULL in a column that must not be NULL is a damaged value, not an absent row: the result is undefined then. */
export function storedValue(row: unknown, name: string): unknown {
  return columnValue(row, name) ?? undefined;
}
