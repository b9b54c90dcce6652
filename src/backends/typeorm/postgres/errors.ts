import { outcomeOf, StorageUnavailableError } from '../../../errors/backend-errors.js';
import { isFsmStorageError } from '../../../errors/fsm-storage.error.js';
import { errorCode, errorName, readProperty, unwrapQueryError } from '../../../toolkit/properties.js';
import { type FailedCommand, tlsAdvice } from '../server/server-dialect.js';

/** The five characters of a Postgres error code. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * With these the server closes the connection, perhaps after it committed a statement and before it sent the reply; a
 * pooler in between reports a lost connection with them.
 */
const CONNECTION_ENDED = /^(08|57P0[1245]|25P0[34])/;

/** statement_completion_unknown: a distributed server, such as CockroachDB, does not know whether it committed. */
const COMPLETION_UNKNOWN = '40003';

/** The server undid the statement because of concurrent ones on the same rows: serialization failure, deadlock. */
const RETRYABLE: readonly string[] = ['40001', '40P01'];

/** What to do about a rejected statement, by SQLSTATE or its first two characters. */
const ADVICE: Readonly<Record<string, string>> = {
  '28': 'it rejected the login; check the user, the password and pg_hba.conf',
  '3D': 'the database does not exist; create it, or check its name',
  '3F': 'the schema does not exist; create it, or check its name and the search_path',
  '42501':
    "this user lacks a privilege; GRANT it what the tables need, or let a migration make them (schema: 'verify')",
  '42P01': 'a table of the storage is missing; restart the storage to make it, or run the migration',
  '25006': 'it is read-only, a standby perhaps; connect to the primary',
  '53100': 'its disk is full; make room and try again',
  '53200': 'it is out of memory; try again later',
  '53300': 'it has no free connection; lower poolSize or raise max_connections',
  '57P03': 'it is starting up or shutting down; try again later',
  '57014': 'the statement was cancelled, perhaps by statement_timeout; nothing was changed',
  '55P03': 'a lock was not available within lock_timeout; nothing was changed',
  '40': 'other transactions kept changing the same rows; nothing was changed, so try again',
};

/** What to do if there is no connection, by SQLSTATE. */
const ADVICE_UNREACHABLE: Readonly<Record<string, string>> = {
  '08P01': 'PgBouncer needs ignore_startup_parameters = statement_timeout, and the server to run behind it',
};

/** Classes about a single statement: its data, conflicts with concurrent ones, its size. */
const OF_ONE_CALL = /^(22|40|54|55)/;

/** Whether the server undid the statement in favour of concurrent ones. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.includes(errorCode(unwrapQueryError(error)));
}

/** Whether the server closes the connection after this error. */
export function closesConnection(error: unknown): boolean {
  return CONNECTION_ENDED.test(errorCode(unwrapQueryError(error)));
}

/**
 * Converts errors of Postgres and `pg` into ours; no other code does. TypeORM's QueryFailedError carries the statement's
 * parameters, and Postgres puts a row's values into `detail`: the cause is a copy without either (rules ER-1, HL-2).
 */
export function translateError(error: unknown, { effect, location, wasSent }: FailedCommand): Error {
  if (isFsmStorageError(error)) return error;
  const original = unwrapQueryError(error);
  const code = errorCode(original);
  const cause = withoutData(original);
  if (isRejection(code)) {
    const advice = ADVICE[code] ?? ADVICE[code.slice(0, 2)] ?? 'see the cause; nothing was changed';
    const scope = OF_ONE_CALL.test(code) ? 'call' : 'backend';
    const message = `${location} rejected the command with ${code}: ${advice}.`;
    return new StorageUnavailableError(message, { outcome: 'not-applied', scope, cause });
  }
  const reason = code === '' ? describeFailure(original) : code;
  if (!wasSent) {
    const details = tlsAdvice(original) ?? `${reason}; ${ADVICE_UNREACHABLE[code] ?? 'check that it runs there'}`;
    const message = `${location} cannot be reached, so the command was not sent: ${details}.`;
    return new StorageUnavailableError(message, { outcome: 'not-applied', cause });
  }
  const advice = effect === 'write' ? ' The write may have been applied: read before you try again.' : '';
  const event =
    code === COMPLETION_UNKNOWN
      ? 'it does not know whether the command was applied'
      : 'the connection was closed before the reply arrived';
  return new StorageUnavailableError(`${location}: ${event} (${reason}).${advice}`, {
    outcome: outcomeOf(effect),
    cause,
  });
}

/** The server replied that it did not do it: any error undoes a statement that is its own transaction. */
export function isRejection(code: string): boolean {
  const isInDoubt = CONNECTION_ENDED.test(code) || code === COMPLETION_UNKNOWN;
  return SQLSTATE.test(code) && !isInDoubt && !/^E[A-Z]{4}$/.test(code);
}

/** Errors of `pg` have fixed messages instead of codes; those of Node have codes. */
function describeFailure(error: unknown): string {
  const message = messageOf(error);
  const isKnown = /^(no answer|timeout expired|Connection terminated|timeout exceeded)/.test(message);
  return isKnown ? message : errorName(error);
}

/** A message of Postgres may quote a value, and `pg` attaches the client, with its password, to an error. */
function withoutData(error: unknown): unknown {
  const code = errorCode(error);
  const copy = new Error(
    SQLSTATE.test(code) ? `Postgres rejected the command with SQLSTATE ${code}` : messageOf(error),
  );
  copy.name = errorName(error);
  return code === '' ? copy : Object.assign(copy, { code });
}

function messageOf(error: unknown): string {
  const message = readProperty(error, 'message');
  return typeof message === 'string' ? message : '';
}
