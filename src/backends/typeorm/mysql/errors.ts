import { outcomeOf, StorageUnavailableError } from '../../../errors/backend-errors.js';
import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import { errorCode, errorName, readProperty, unwrapQueryError } from '../../../toolkit/properties.js';
import { type FailedCommand, tlsAdvice } from '../server/server-dialect.js';

/** ER_LOCK_DEADLOCK and ER_LOCK_WAIT_TIMEOUT. Either undoes a statement that is its own transaction. */
const LOCKED: readonly number[] = [1213, 1205];

/** The connection or the server ends (1053, 1152, 1184, 1927, 3169), or the network failed (1158 to 1161). */
const CONNECTION_ENDED: readonly number[] = [1053, 1152, 1184, 1927, 3169, 1158, 1159, 1160, 1161];

/**
 * The server may not know how the statement ended: the commit itself failed (1180), the binary log, which decides after a
 * crash, could not be written (1598), a plugin failed at the commit (3100), or the cause is unknown (1105).
 */
const ENDED_IN_DOUBT: readonly number[] = [1105, 1180, 1598, 3100, ...CONNECTION_ENDED];

/** ER_NET_PACKET_TOO_LARGE: the server stops reading in the middle of the packet, so the connection is unusable. */
const PACKET_TOO_LARGE = 1153;

/** Errors about a single statement: it is too large, or others had locked its rows. */
const OF_ONE_CALL: readonly number[] = [PACKET_TOO_LARGE, ...LOCKED];

/** ER_CLIENT_INTERACTION_TIMEOUT: the server closed an idle connection, and did not read the statement. */
const IDLE_TOO_LONG = 4031;

const TOO_MANY = 'the server accepts no more connections; lower poolSize, or raise max_connections.';
/** MariaDB reports only this if TLS is required and the client does not use it. */
const DENIED = 'access was denied; check user, password and rights, and whether the server requires TLS (ssl).';
const READ_ONLY = 'the server is read-only; connect to the primary.';
const FULL = 'the disk or table space of the server is full; make room and try again.';

/** What went wrong and what to do, by the server's error number. */
const ADVICE: Readonly<Record<number, string>> = {
  1021: FULL,
  1040: TOO_MANY,
  1044: DENIED,
  1045: DENIED,
  1047: 'this node of the cluster accepts no statements now; connect to another, or try again later.',
  1049: 'the database does not exist; create it first: CREATE DATABASE … CHARACTER SET utf8mb4.',
  1114: FULL,
  1142: DENIED,
  1143: DENIED,
  1146: "a table is missing; run the exported migration, or start with schema: 'create'.",
  [PACKET_TOO_LARGE]:
    'the statement is larger than the server accepts; raise max_allowed_packet, or lower maxStateBytes.',
  1203: TOO_MANY,
  1205: 'another transaction kept its lock for too long; find the program that leaves one open.',
  1213: 'others kept locking the same rows in another order; try again.',
  1226: TOO_MANY,
  1227: DENIED,
  1290: READ_ONLY,
  1698: DENIED,
  1792: READ_ONLY,
  1836: READ_ONLY,
  3159: 'the server requires TLS; give ssl in the connection.',
};

/** Whether the server undid a statement in favour of concurrent ones, so that it may succeed when repeated. */
export function isRetryable(error: unknown): boolean {
  return LOCKED.includes(serverErrorNumber(unwrapQueryError(error)));
}

/** Whether the server closes the connection after this error. */
export function closesConnection(error: unknown): boolean {
  return [PACKET_TOO_LARGE, IDLE_TOO_LONG, ...CONNECTION_ENDED].includes(serverErrorNumber(unwrapQueryError(error)));
}

/**
 * Converts errors of mysql2 into ours; no other code does. TypeORM's QueryFailedError carries the statement's parameters,
 * and so does `sql` of the error inside it, with the states in them: the `cause` is a copy without them (rule ER-1).
 */
export function translateError(error: unknown, { effect, location, wasSent }: FailedCommand): Error {
  if (isFsmStorageError(error)) return error;
  const foreign = unwrapQueryError(error);
  const isUnknown = wasSent && !isUndone(foreign);
  const advice = ADVICE[serverErrorNumber(foreign)] ?? adviceOnConnection(foreign, wasSent);
  const remedy = isUnknown && effect === 'write' ? ' The write may have been applied: read before you try again.' : '';
  return new StorageUnavailableError(`${location}: ${advice}${remedy}`, {
    outcome: isUnknown ? outcomeOf(effect) : 'not-applied',
    scope: OF_ONE_CALL.includes(serverErrorNumber(foreign)) ? 'call' : 'backend',
    cause: withoutStatement(foreign),
  });
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
