import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { errorCode, errorName, unwrapQueryError } from '../../../toolkit/properties.js';
import { outcomeOf } from '../dialect/dialect.js';
import { serverErrorOf } from './fragments.js';
import type { FailedCommand } from '../server/server-dialect.js';
import { columnValue } from '../dialect/result-row.js';
import { tlsAdvice } from '../server/tls-advice.js';

/** ER_LOCK_DEADLOCK and ER_LOCK_WAIT_TIMEOUT. A statement that is its own transaction is undone by either. */
const LOCKED: readonly number[] = [1213, 1205];

/** The connection or the server is going (1053, 1152, 1184, 1927, 3169), or the network broke (1158 to 1161). */
const CONNECTION_ENDED: readonly number[] = [1053, 1152, 1184, 1927, 3169, 1158, 1159, 1160, 1161];

/**
 * The server may no longer know how the statement ended: the commit itself failed (1180), the binary log could not be
 * written, which decides after a crash (1598), a plugin failed at the commit (3100); with 1105 nobody knows.
 */
const ENDED_IN_DOUBT: readonly number[] = [1105, 1180, 1598, 3100, ...CONNECTION_ENDED];

/** ER_NET_PACKET_TOO_LARGE: what is too large is not read to its end, so what follows on the connection is not understood. */
const PACKET_TOO_LARGE = 1153;

/** What tells of one statement alone: it is too large, or others had locked its rows. */
const OF_ONE_CALL: readonly number[] = [PACKET_TOO_LARGE, ...LOCKED];

/** ER_CLIENT_INTERACTION_TIMEOUT: the server hung up on who was silent, and read nothing more. */
const SILENT_TOO_LONG = 4031;

const TOO_MANY = 'the server takes no more connections; lower poolSize, or raise max_connections.';
/** MariaDB says no more than this to who comes without TLS where that is required. */
const DENIED = 'access was denied; check user, password and rights, and whether the server requires TLS (ssl).';
const READ_ONLY = 'the server is read-only; connect to the primary.';
const FULL = 'the disk or table space of the server is full; make room and try again.';

/** What went wrong and what to do, by the server's number. */
const ADVICE: Readonly<Record<number, string>> = {
  1021: FULL,
  1040: TOO_MANY,
  1044: DENIED,
  1045: DENIED,
  1047: 'this node of the cluster takes no statements now; connect to another, or try again later.',
  1049: 'there is no such database; create it first: CREATE DATABASE … CHARACTER SET utf8mb4.',
  1114: FULL,
  1142: DENIED,
  1143: DENIED,
  1146: "a table is missing; run the exported migration, or start with schema: 'create'.",
  [PACKET_TOO_LARGE]:
    'the statement is larger than the server takes; raise max_allowed_packet, or lower maxStateBytes.',
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

/** Whether a statement was undone for the sake of others, so that it may succeed when it is sent again. */
export function mayTryAgain(error: unknown): boolean {
  return LOCKED.includes(serverErrorOf(unwrapQueryError(error)));
}

/** Whether the server hangs up behind this error. */
export function hangsUp(error: unknown): boolean {
  return [PACKET_TOO_LARGE, SILENT_TOO_LONG, ...CONNECTION_ENDED].includes(serverErrorOf(unwrapQueryError(error)));
}

/**
 * The one place where the errors of mysql2 become ours. TypeORM's QueryFailedError carries the statement's parameters,
 * and so does `sql` of the error beneath it, with the states in them: the `cause` is a copy without (rule ER-1).
 */
export function translateMysqlError(error: unknown, { access, place, wasSent }: FailedCommand): Error {
  if (isFsmStorageError(error)) return error;
  const foreign = unwrapQueryError(error);
  const isUnknown = wasSent && !isUndone(foreign);
  const advice = ADVICE[serverErrorOf(foreign)] ?? adviceOnConnection(foreign, wasSent);
  const remedy = isUnknown && access === 'write' ? ' The write may have been applied: read before you try again.' : '';
  return new StorageUnavailableError(`${place}: ${advice}${remedy}`, {
    outcome: outcomeOf(access, isUnknown ? 'unknown' : 'not-applied'),
    scope: OF_ONE_CALL.includes(serverErrorOf(foreign)) ? 'call' : 'backend',
    cause: withoutStatement(foreign),
  });
}

/** What the server refuses it undoes; a broken connection tells nothing, unless it was broken before. */
function isUndone(error: unknown): boolean {
  const number = serverErrorOf(error);
  if (number > 0) return !ENDED_IN_DOUBT.includes(number) && !isOfProxy(number);
  return /closed state/.test(String(columnValue(error, 'message')));
}

/** Whether a proxy, such as ProxySQL, tells by a number of the client library what became of its own connection. */
function isOfProxy(number: number): boolean {
  return number >= 2000 && number < 3000;
}

function adviceOnConnection(error: unknown, wasSent: boolean): string {
  const reason = errorCode(error) || reasonWithoutCode(error);
  if (wasSent || serverErrorOf(error) > 0) return `the connection or the statement failed (${reason}).`;
  return `it cannot be reached, so the command was not sent: ${tlsAdvice(error) ?? `${reason}; check that it runs there`}.`;
}

/** Our own sentences name no data; those of others may. */
function reasonWithoutCode(error: unknown): string {
  const message = String(columnValue(error, 'message'));
  return message.startsWith('no answer') ? message : errorName(error);
}

/** mysql2 puts the statement, values and all, into `sql`; a server may quote some of it in its message. */
function withoutStatement(error: unknown): unknown {
  if (columnValue(error, 'sql') === undefined) return error;
  const number = serverErrorOf(error);
  const copy = new Error(
    `${errorCode(error) || errorName(error)} (${number}, SQLSTATE ${String(columnValue(error, 'sqlState'))})`,
  );
  return Object.assign(copy, { code: errorCode(error), errno: number });
}
