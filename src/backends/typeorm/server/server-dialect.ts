import type { Effect } from '../../../errors/backend-errors.js';
import { errorCode, readProperty } from '../../../toolkit/properties.js';
import type { Dialect, SqlCommand, SqlSession, Statement } from '../dialect/dialect.js';
import type { PooledQueryRunner, StatementResult } from '../dialect/typeorm-types.js';

/** What the message about a failed command is made from. */
export interface FailedCommand {
  readonly effect: Effect;
  /** Where the data is, as a message may show it. */
  readonly location: string;
  /** false: it certainly never left this process. */
  readonly wasSent: boolean;
}

/**
 * Sends a statement over the connection that a runner has taken for it.
 * @param remainingMs - milliseconds until its caller times out
 */
export type Send = (
  statement: Statement<unknown>,
  runner: PooledQueryRunner,
  connection: unknown,
  remainingMs: number,
) => Promise<StatementResult>;

/** How a statement is sent that needs nothing else. */
export const sendByRunner: Send = ({ sql, parameters }, runner) => runner.query(sql, parameters, true);

/** A dialect whose statements go to a server, concurrently over a pool of connections. */
export interface ServerDialect extends Dialect {
  /**
   * Finds out where the tables are, and returns the dialect that names the place in all statements. undefined: it is known.
   * @throws {@link StorageUnavailableError} if that is ambiguous
   */
  readonly settle?: ((session: SqlSession, location: string) => Promise<ServerDialect>) | undefined;
  /** Sentences about settings that make a session unusable; none: it is usable. undefined: no setting can do that. */
  readonly verifySession?: SqlCommand<null, readonly string[]> | undefined;
  /**
   * The same about a session that others have used: it must be closed. One that reads find too little in must not be
   * accepted. undefined: sessions are verified only at the start.
   */
  readonly verifyUsedSession?: SqlCommand<null, readonly string[]> | undefined;
  /**
   * Whether a successful statement is part of an open transaction.
   * @param connection - the driver's connection, which may report what the result does not
   */
  readonly isUncommitted?: ((this: void, result: StatementResult, connection: unknown) => boolean) | undefined;
  /** Whether the server undid a statement in favour of concurrent ones, so that it may succeed when repeated. */
  isRetryable(error: unknown): boolean;
  /** Whether the server closes the connection after this error, so that the connection must not be reused. */
  closesConnection(error: unknown): boolean;
  /**
   * Whether the server rejected a write because it is read-only. After a failover it may be a replica, so the session
   * closes the connection and those opened earlier, and sends the write once more over a new one. undefined: never.
   */
  readonly isReadOnly?: ((error: unknown) => boolean) | undefined;
  /** How the statements are sent. undefined: by the runner's `query`. */
  readonly send?: Send | undefined;
  /** Closes the driver's connection, even if a reply is outstanding; the pool then opens another. Never throws. */
  readonly destroyConnection: (connection: unknown) => void;
  /** Errors of this package are returned unchanged. */
  translateError(error: unknown, failed: FailedCommand): Error;
}

/** The messages of `pg` and `mysql2` about a server without TLS. */
const NO_TLS = /does not support (SSL|secure) connection/;

/** Node's codes about a certificate or a handshake; mysql2 replaces all of them by the last one. */
const FAILED_HANDSHAKE = /CERT|^UNABLE_TO_|^ERR_(SSL|TLS)_|^EPROTO$|^HANDSHAKE_SSL_ERROR$/;

/** What to do about a connection that failed because of TLS; undefined: it failed for another reason. */
export function tlsAdvice(error: unknown): string | undefined {
  if (NO_TLS.test(String(readProperty(error, 'message')))) {
    return 'it does not speak TLS; turn it on there, or leave ssl out of the connection';
  }
  const code = errorCode(error);
  if (!FAILED_HANDSHAKE.test(code)) return undefined;
  const remedy = 'give the certificate of its authority as ssl.ca of the connection, and the host that it is made for';
  return `the TLS handshake failed (${code}); expected a certificate that is trusted here: ${remedy}`;
}
