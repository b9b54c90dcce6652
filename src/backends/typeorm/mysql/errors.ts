import { type FailureScope, outcomeOf, StorageUnavailableError } from '../../../errors/backend-errors.js';
import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import { errorCode, errorName, readProperty, unwrapQueryError } from '../../../toolkit/properties.js';
import { type FailedCommand, tlsAdvice } from '../server/server-dialect.js';

/**
 * ER_LOCK_DEADLOCK, and MariaDB's ER_CHECKREAD for a row that changed after a snapshot. Either undoes a statement that is
 * its own transaction, in favour of others that have ended when it is repeated.
 */
const CONFLICTS: readonly number[] = [1213, 1020];

/** Waited for too long: for a lock (1205), or until a time limit (1969, 3024), or until another stopped it (1317). */
const STOPPED: readonly number[] = [1205, 1969, 3024, 1317];

/**
 * The server is read-only (1290, 1836), or its storage engine (1874), the database (3989) or the transaction (1792) is; or
 * this node of a cluster accepts no statements (1047).
 */
const READ_ONLY_SERVER: readonly number[] = [1047, 1290, 1836, 1874];
const READ_ONLY_REPLIES: readonly number[] = [1290, 1792, 1836, 1874, 3989];

/** The disk (1021) or the table space (1114) is full. */
const DISK_FULL: readonly number[] = [1021, 1114];

/** A right is missing for the statement or one of its columns, or for what it needs besides. */
const NO_RIGHT: readonly number[] = [1142, 1143, 1227];

/** ER_BINLOG_STMT_MODE_AND_ROW_ENGINE. */
const STATEMENT_LOGGING = 1665;

/** A wrong login (1044, 1045, 1698), a database that does not exist (1049), and a server that requires TLS (3159). */
const PERMANENT: readonly number[] = [1044, 1045, 1049, 1698, 3159, ...NO_RIGHT];

/** ER_UPDATE_WITHOUT_KEY_IN_SAFE_MODE. */
const SAFE_UPDATES = 1175;

/** Errors about one kind of statement: the server executes others. */
const OF_ONE_COMMAND: readonly number[] = [
  ...READ_ONLY_REPLIES,
  ...DISK_FULL,
  ...NO_RIGHT,
  STATEMENT_LOGGING,
  SAFE_UPDATES,
];

/**
 * Errors of an app's connection that was left with LOCK TABLES (1099, 1100), in a distributed transaction (1399), in a
 * read-only transaction (1792), or in no database (1046).
 */
const LEFT_UNUSABLE: readonly number[] = [1046, 1099, 1100, 1399, 1792];

/** The connection or the server ends (1053, 1152, 1184, 1927, 3169), or the network failed (1158 to 1161). */
const CONNECTION_ENDED: readonly number[] = [1053, 1152, 1184, 1927, 3169, 1158, 1159, 1160, 1161];

/**
 * The server may not know how the statement ended: the commit itself failed (1180), the binary log, which decides after a
 * crash, could not be written (1598), a plugin failed at the commit (3100), or the cause is unknown (1105).
 */
const ENDED_IN_DOUBT: readonly number[] = [1105, 1180, 1598, 3100, ...CONNECTION_ENDED];

/** ER_NET_PACKET_TOO_LARGE: the server stops reading in the middle of the packet, so the connection is unusable. */
const PACKET_TOO_LARGE = 1153;

/** Errors about a single statement: it is too large, or others had locked its rows for too long. */
const OF_ONE_CALL: readonly number[] = [PACKET_TOO_LARGE, ...CONFLICTS, ...STOPPED];

/** ER_CLIENT_INTERACTION_TIMEOUT: the server closed an idle connection, and did not read the statement. */
const IDLE_TOO_LONG = 4031;

/** ER_RUN_HOOK_ERROR: this node has left its group, so another one is the primary. */
const LEFT_GROUP = 3100;

const CLOSING: readonly number[] = [PACKET_TOO_LARGE, IDLE_TOO_LONG, LEFT_GROUP, ...LEFT_UNUSABLE, ...CONNECTION_ENDED];

const TOO_MANY = 'the server accepts no more connections; lower poolSize, or raise max_connections.';
/** MariaDB reports only this if TLS is required and the client does not use it. */
const DENIED = 'access was denied; check user, password and host, and whether the server requires TLS (ssl).';
const RIGHTS = 'GRANT SELECT, INSERT, UPDATE, DELETE, and CREATE if the storage makes the tables, ON the database';
const READ_ONLY = 'the server is read-only; connect to the primary.';
const FULL = 'the disk or table space of the server is full; make room and try again.';
const LEFT_LOCKED =
  'a connection of the pool was left with LOCK TABLES, and is closed now; UNLOCK TABLES before it is released.';

/** What went wrong and what to do, by the server's error number. */
const ADVICE: Readonly<Record<number, string>> = {
  1020: 'others kept changing the same rows; try again.',
  1021: FULL,
  1040: TOO_MANY,
  1044: `the user may not use the database; ${RIGHTS} to this user.`,
  1045: DENIED,
  1046: 'no database is selected; name it in the options of the connection.',
  1047: 'this node of the cluster accepts no statements now; connect to another, or try again later.',
  1049: 'the database does not exist; create it first: CREATE DATABASE … CHARACTER SET utf8mb4.',
  1099: LEFT_LOCKED,
  1100: LEFT_LOCKED,
  1114: FULL,
  1146: "a table is missing; run the exported migration, or start with schema: 'create'.",
  [PACKET_TOO_LARGE]:
    'the statement is larger than the server accepts; raise max_allowed_packet, or lower maxStateBytes.',
  [SAFE_UPDATES]: 'sql_safe_updates is on in the session; SET sql_safe_updates = 0.',
  1203: TOO_MANY,
  1205: 'another transaction kept its lock for too long; find the program that leaves one open.',
  1213: 'others kept locking the same rows in another order; try again.',
  1226: TOO_MANY,
  1290: READ_ONLY,
  1399: 'a connection of the pool was left in a distributed transaction, and is closed now; end it before it is released.',
  [STATEMENT_LOGGING]: 'binlog_format is STATEMENT; SET GLOBAL binlog_format = ROW or MIXED.',
  1698: DENIED,
  1792: 'the transaction is read-only, and so is perhaps the server; connect to the primary, or SET SESSION TRANSACTION READ WRITE.',
  1836: READ_ONLY,
  1874: READ_ONLY,
  1969: 'the statement took too long, and the server stopped it; find the program that keeps a lock, or raise commandTimeout.',
  3024: 'the statement took longer than max_execution_time; raise it.',
  3159: 'the server requires TLS; give ssl in the connection.',
  3989: READ_ONLY,
};

/** Whether the server undid a statement in favour of concurrent ones, so that it may succeed when repeated. */
export function isRetryable(error: unknown): boolean {
  return CONFLICTS.includes(serverErrorNumber(unwrapQueryError(error)));
}

/** Whether the server, though not necessarily another one of the same name, rejects writes. */
export function isReadOnly(error: unknown): boolean {
  return READ_ONLY_SERVER.includes(serverErrorNumber(unwrapQueryError(error)));
}

/** Whether the connection must not be used again: the server closes it, or it was left in a state that rejects statements. */
export function closesConnection(error: unknown): boolean {
  return CLOSING.includes(serverErrorNumber(unwrapQueryError(error)));
}

/**
 * Converts errors of mysql2 into ours; no other code does. TypeORM's QueryFailedError carries the statement's parameters,
 * and so does `sql` of the error inside it, with the states in them: the `cause` is a copy without them (rule ER-1).
 */
export function translateError(error: unknown, { effect, location, wasSent }: FailedCommand): Error {
  if (isFsmStorageError(error)) return error;
  const foreign = unwrapQueryError(error);
  const isUnknown = wasSent && !isUndone(foreign);
  const advice = adviceOnRight(foreign) ?? ADVICE[serverErrorNumber(foreign)] ?? adviceOnConnection(foreign, wasSent);
  const remedy = isUnknown && effect === 'write' ? ' The write may have been applied: read before you try again.' : '';
  return new StorageUnavailableError(`${location}: ${advice}${remedy}`, {
    outcome: isUnknown ? outcomeOf(effect) : 'not-applied',
    scope: scopeOf(serverErrorNumber(foreign)),
    isPermanent: PERMANENT.includes(serverErrorNumber(foreign)),
    cause: withoutStatement(foreign),
  });
}

function scopeOf(number: number): FailureScope {
  if (OF_ONE_CALL.includes(number)) return 'call';
  return OF_ONE_COMMAND.includes(number) ? 'command' : 'backend';
}

/** Names the right that is missing, if the server names it. */
function adviceOnRight(error: unknown): string | undefined {
  if (!NO_RIGHT.includes(serverErrorNumber(error))) return undefined;
  const [, right] = /^([A-Z]+(?:, ?[A-Z]+)*) command denied/.exec(String(readProperty(error, 'message'))) ?? [];
  return `the user has no right to ${right ?? 'execute the statement'}; ${RIGHTS} to this user.`;
}

/** The server undoes what it rejects; a lost connection leaves that unknown, unless it was lost before. */
function isUndone(error: unknown): boolean {
  const number = serverErrorNumber(error);
  if (number > 0) return !ENDED_IN_DOUBT.includes(number) && !isFromProxy(number);
  return /closed state/.test(String(readProperty(error, 'message')));
}

/** Whether a proxy, such as ProxySQL, reports a failure of the proxy's connection by a number of the client library. */
function isFromProxy(number: number): boolean {
  return number >= 2000 && number < 3000;
}

function adviceOnConnection(error: unknown, wasSent: boolean): string {
  const reason = errorCode(error) || describeWithoutCode(error);
  if (wasSent || serverErrorNumber(error) > 0) return `the connection or the statement failed (${reason}).`;
  return `it cannot be reached, so the command was not sent: ${tlsAdvice(error) ?? `${reason}; check that it runs there`}.`;
}

/** Our messages contain no data; others may. */
function describeWithoutCode(error: unknown): string {
  const message = String(readProperty(error, 'message'));
  return message.startsWith('no answer') ? message : errorName(error);
}

/** mysql2 puts the statement with its values into `sql`; a server may quote some of it in its message. */
function withoutStatement(error: unknown): unknown {
  if (readProperty(error, 'sql') === undefined) return error;
  const number = serverErrorNumber(error);
  const copy = new Error(
    `${errorCode(error) || errorName(error)} (${number}, SQLSTATE ${String(readProperty(error, 'sqlState'))})`,
  );
  return Object.assign(copy, { code: errorCode(error), errno: number });
}

/** The number of an error of the server, such as 1213; 0: the error is not the server's. */
export function serverErrorNumber(error: unknown): number {
  const number = readProperty(error, 'errno');
  return typeof number === 'number' && number > 0 ? number : 0;
}
