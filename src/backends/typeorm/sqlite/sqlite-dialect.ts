import type { Dialect } from '../dialect/dialect.js';

/** What a failed statement is told with. */
export interface FailedStatement {
  readonly access: 'read' | 'write';
  /** Where the data lies, as a message may name it. */
  readonly place: string;
  readonly busyTimeoutMs: number;
}

/** A dialect whose statements wait in line for the file's lock. */
export interface SqliteDialect extends Dialect {
  /** Whether a failed statement may succeed once another connection lets go of its lock. */
  isBusy(error: unknown): boolean;
  /** Whether a failed statement has certainly changed nothing. */
  isUndone(error: unknown): boolean;
  translate(error: unknown, failed: FailedStatement): Error;
}
