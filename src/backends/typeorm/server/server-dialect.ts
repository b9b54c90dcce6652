import type { StatementResult } from '../dialect/typeorm-types.js';
import type { Dialect, Verb } from '../dialect/dialect.js';

/** What a command that failed is told with. */
export interface FailedCommand {
  readonly access: 'read' | 'write';
  /** Where the data lies, as a message may name it. */
  readonly place: string;
  /** false: it certainly never left this process. */
  readonly wasSent: boolean;
}

/** A dialect whose statements go to a server, side by side over a pool of connections. */
export interface ServerDialect extends Dialect {
  /**
   * Sentences that name what a session that others have set up must not be set to; none: all is well. undefined: there is
   * no such setting.
   */
  readonly verifySession?: Verb<null, readonly string[]> | undefined;
  /** Whether a statement that succeeded is part of a transaction that is still open. undefined: no reply tells. */
  isUncommitted?(result: StatementResult): boolean;
  /** Whether the server undid a statement for the sake of others, so that it may succeed when it is sent again. */
  mayTryAgain(error: unknown): boolean;
  /** Whether the server hangs up behind this error, so that nobody else must be given the connection. */
  hangsUp(error: unknown): boolean;
  /** Ends the driver's own connection, its answer outstanding or not; the pool then makes another. Never throws. */
  destroyConnection(connection: unknown): void;
  /** An error of this package passes. */
  translate(error: unknown, failed: FailedCommand): Error;
}
