import { type FailureScope, outcomeOf, StorageUnavailableError } from '../../../errors/backend-errors.js';
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
    'this user lacks a privilege; GRANT USAGE ON SCHEMA … and GRANT SELECT, INSERT, UPDATE, DELETE ON fsm_state, ' +
    "fsm_counter TO it. To create the tables it also needs CREATE ON SCHEMA …, or a migration makes them (schema: 'verify')",
  '42P01': 'a table of the storage is missing; restart the storage to make it, or run the migration',
  '25P02': 'its connection was left in a transaction that had failed; the connection is closed now, so try again',
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

/** A policy rejected the row of a statement, or `row_security = off` a statement that would not see every row. */
const ADVICE_ON_POLICIES =
  'row level security applies to this user; give it BYPASSRLS, or policies with USING (true) on the tables of the storage';

/** Of a 42501 that is due to row level security; Postgres does not translate the names of its functions. */
const POLICY_ROUTINES: readonly unknown[] = ['check_enable_rls', 'ExecWithCheckOptions'];

/** Codes about a single statement: its data, conflicts with concurrent ones, its size. */
const OF_ONE_CALL = /^(22|23|40|44|54|55)/;

/** Codes about a kind of statement: a missing table or privilege, a trigger, a server that is read-only or has a full disk. */
const OF_ONE_COMMAND = /^(25006|42|53100|P0)/;

/** A wrong login, and a missing database, schema or privilege. */
const PERMANENT = /^(28|3D|3F|42501)/;

const READ_ONLY = '25006';

/** An earlier statement of a transaction failed that somebody left open: the server rejects all others. */
const IN_FAILED_TRANSACTION = '25P02';

/** Whether the server undid the statement in favour of concurrent ones. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.includes(errorCode(unwrapQueryError(error)));
}

/** Whether the server closes the connection after this error, or would reject every other statement on it. */
export function closesConnection(error: unknown): boolean {
  const code = errorCode(unwrapQueryError(error));
  return CONNECTION_ENDED.test(code) || code === IN_FAILED_TRANSACTION;
}

/** Whether the server, or only the session, is read-only. */
export function isReadOnly(error: unknown): boolean {
  return errorCode(unwrapQueryError(error)) === READ_ONLY;
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
    const advice = adviceOn(code, original);
    const scope = scopeOf(code);
    const message = `${location} rejected the command with ${code}: ${advice}.`;
    return new StorageUnavailableError(message, {
      outcome: 'not-applied',
      scope,
      cause,
      isPermanent: PERMANENT.test(code),
    });
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

function adviceOn(code: string, error: unknown): string {
  if (POLICY_ROUTINES.includes(readProperty(error, 'routine'))) return ADVICE_ON_POLICIES;
  return ADVICE[code] ?? ADVICE[code.slice(0, 2)] ?? 'see the cause; nothing was changed';
}

function scopeOf(code: string): FailureScope {
  if (OF_ONE_CALL.test(code)) return 'call';
  return OF_ONE_COMMAND.test(code) ? 'command' : 'backend';
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
