import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { errorCode, errorName, unwrapQueryError } from '../../../toolkit/properties.js';
import { outcomeOf } from '../dialect/dialect.js';
import type { FailedCommand } from '../server/server-dialect.js';
import { tlsAdvice } from '../server/tls-advice.js';

/** The five characters by which Postgres tells what went wrong. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * With these the server ends the connection, perhaps after a statement was committed and before its answer was sent; and
 * a pooler between says so of a connection it lost.
 */
const CONNECTION_ENDED = /^(08|57P0[1245]|25P0[34])/;

/** A distributed server, such as CockroachDB, lost sight of a commit: statement_completion_unknown. */
const COMPLETION_UNKNOWN = '40003';

/** The server undid the statement because of others at the same rows: serialization failure, deadlock. */
const UNDONE_FOR_OTHERS: readonly string[] = ['40001', '40P01'];

/** What to do, by SQLSTATE or its first two characters. */
const ADVICE: Readonly<Record<string, string>> = {
  '28': 'it does not let this app in; check the user, the password and pg_hba.conf',
  '3D': 'there is no such database; create it, or check its name',
  '3F': 'there is no such schema; create it, or check its name and the search_path',
  '42501': "this user lacks a right; GRANT it what the tables need, or let a migration make them (schema: 'verify')",
  '42P01': 'a table of the storage has gone; start it again to make it, or run the migration',
  '25006': 'it is read-only, a standby perhaps; connect to the primary',
  '53100': 'its disk is full; make room and try again',
  '53200': 'it is out of memory; try again later',
  '53300': 'it has no connection left; lower poolSize or raise max_connections',
  '57P03': 'it is starting up or shutting down; try again later',
  '57014': 'the statement was cancelled, for taking longer than statement_timeout perhaps; nothing was changed',
  '55P03': 'a lock was not to be had within lock_timeout; nothing was changed',
  '40': 'other transactions kept changing the same rows; nothing was changed, so try again',
};

/** What to do where there is no connection, by SQLSTATE. */
const ADVICE_UNREACHABLE: Readonly<Record<string, string>> = {
  '08P01': 'PgBouncer needs ignore_startup_parameters = statement_timeout, and the server to run behind it',
};

/** Classes that tell of one statement alone: its data, what others did or locked meanwhile, its size. */
const OF_ONE_CALL = /^(22|40|54|55)/;

/** Whether the server undid the statement for the sake of others. */
export function isPostgresConflict(error: unknown): boolean {
  return UNDONE_FOR_OTHERS.includes(errorCode(unwrapQueryError(error)));
}

/** Whether the server hangs up behind this error. */
export function hangsUp(error: unknown): boolean {
  return CONNECTION_ENDED.test(errorCode(unwrapQueryError(error)));
}

/**
 * The one place where errors of Postgres and `pg` become ours. TypeORM's QueryFailedError carries the statement's
 * parameters, and Postgres tells a row's values in `detail`: the cause is a copy with neither (rules ER-1, HL-2).
 */
export function translatePostgresError(error: unknown, { access, place, wasSent }: FailedCommand): Error {
  if (isFsmStorageError(error)) return error;
  const original = unwrapQueryError(error);
  const code = errorCode(original);
  const cause = withoutData(original);
  if (isRefusal(code)) {
    const advice = ADVICE[code] ?? ADVICE[code.slice(0, 2)] ?? 'see the cause; nothing was changed';
    const scope = OF_ONE_CALL.test(code) ? 'call' : 'backend';
    const message = `${place} refused with ${code}: ${advice}.`;
    return new StorageUnavailableError(message, { outcome: 'not-applied', scope, cause });
  }
  const what = code === '' ? describeFailure(original) : code;
  if (!wasSent) {
    const why = tlsAdvice(original) ?? `${what}; ${ADVICE_UNREACHABLE[code] ?? 'check that it runs there'}`;
    const message = `${place} cannot be reached, so the command was not sent: ${why}.`;
    return new StorageUnavailableError(message, { outcome: 'not-applied', cause });
  }
  const advice = access === 'write' ? ' The write may have been applied: read before you try again.' : '';
  const happened =
    code === COMPLETION_UNKNOWN
      ? 'it cannot tell what came of the command'
      : 'the connection ended before the answer came';
  return new StorageUnavailableError(`${place}: ${happened} (${what}).${advice}`, {
    outcome: outcomeOf(access, 'unknown'),
    cause,
  });
}

/** The server answered that it did not do it: a statement of its own transaction is undone by any error. */
export function isRefusal(code: string): boolean {
  const isInDoubt = CONNECTION_ENDED.test(code) || code === COMPLETION_UNKNOWN;
  return SQLSTATE.test(code) && !isInDoubt && !/^E[A-Z]{4}$/.test(code);
}

/** Errors of `pg` have no code but a fixed sentence; those of Node have one. */
function describeFailure(error: unknown): string {
  const message = messageOf(error);
  const isKnown = /^(no answer|timeout expired|Connection terminated|timeout exceeded)/.test(message);
  return isKnown ? message : errorName(error);
}

/** What Postgres says in words may quote a value, and `pg` hangs the client on an error, its password included. */
function withoutData(error: unknown): unknown {
  const code = errorCode(error);
  const copy = new Error(SQLSTATE.test(code) ? `Postgres refused with SQLSTATE ${code}` : messageOf(error));
  copy.name = errorName(error);
  return code === '' ? copy : Object.assign(copy, { code });
}

function messageOf(error: unknown): string {
  const message: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : undefined;
  return typeof message === 'string' ? message : '';
}
