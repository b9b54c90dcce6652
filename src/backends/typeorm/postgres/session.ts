import type { SqlCommand } from '../dialect/dialect.js';
import { TABLES } from '../dialect/standard-statements.js';
import { columnValue } from '../dialect/typeorm-types.js';
import type { PostgresTables } from './fragments.js';
import { errorCode, unwrapQueryError } from '../../../toolkit/properties.js';
import { areHarmless, oidOf, policyProblem } from './policies.js';

/** One property that every session must have, whatever the defaults of the server, the database and the role are. */
interface SessionRule {
  readonly name: string;
  /** The value that a connection of ours gets, as SQL; undefined: it is left as it is. */
  readonly assigned?: string;
  /** An expression: a sentence about what is wrong with the session, and how to change it; NULL: nothing. */
  readonly problem?: string;
  /** When sessions of the app and of a pooler are verified. @defaultValue at the start and after others used them */
  readonly verified?: 'at the start';
}

/** Tables of these names in which policies let the user see every row: `row_security = off` would reject statements. */
const HAS_HARMLESS_POLICIES = `EXISTS (SELECT FROM pg_class AS candidate
  WHERE candidate.relname IN ('${TABLES.state}', '${TABLES.counter}') AND ${areHarmless('candidate.oid')})`;

/**
 * What a session must be like. Connections of ours get the assigned values before their first use; sessions of the app or
 * behind a pooler, which are not changed, are verified. What is not in this list has no influence on a result: the
 * statements name their schema, and contain no dates, times and numbers whose form depends on a setting.
 */
const SESSION_RULES: readonly SessionRule[] = [
  {
    name: 'client_encoding',
    assigned: "'UTF8'",
    problem: sentenceIf(
      "current_setting('client_encoding') <> 'UTF8'",
      "client_encoding is not UTF8, so texts would be damaged: SET client_encoding TO 'UTF8'",
    ),
  },
  {
    name: 'default_transaction_isolation',
    // Under a stricter level the server rejects statements in favour of concurrent ones. They are sent again, within a limit.
    assigned: "'read committed'",
  },
  {
    name: 'row_security',
    // A statement from which a policy would hide rows is an error: those rows would look as if they did not exist.
    assigned: `CASE WHEN ${HAS_HARMLESS_POLICIES} THEN 'on' ELSE 'off' END`,
  },
  {
    name: 'enable_seqscan',
    // A plan that is kept while a table is small would be a sequential scan, and remain one until the table is analyzed.
    assigned: "'off'",
  },
  {
    name: 'transaction_read_only',
    problem: sentenceIf(
      "current_setting('transaction_read_only') = 'on'",
      'it is read-only, a standby perhaps; connect to the primary, or SET default_transaction_read_only = off',
    ),
    verified: 'at the start',
  },
  {
    name: 'transaction',
    problem: sentenceIf(
      'now() <> statement_timestamp()',
      'it is in a transaction that was never ended, so no write would be kept: COMMIT or ROLLBACK it',
    ),
  },
];

/**
 * Gives a new connection its settings. A pooler invents a process id for each of its clients. The session that it uses for
 * one client's statement serves another client the next moment: no setting may be changed there.
 */
export const SET_UP_OWN_SESSION = `SELECT ${SESSION_RULES.flatMap(({ name, assigned }) =>
  assigned === undefined ? [] : [`set_config('${name}', ${assigned}, false)`],
).join(', ')}, current_setting('enable_seqscan') AS sequential_scans WHERE pg_backend_pid() = $1::int`;

/** Sentences about what makes a session unusable, and how to change it. */
export const verifySession: SqlCommand<null, readonly string[]> = createVerification(SESSION_RULES);

/**
 * The same about a session that the app may have used.
 * @param user - whose rights and policies the storage has been started with; undefined: not settled yet
 */
export function createSessionVerification(
  tables: PostgresTables,
  user: string | undefined,
): SqlCommand<null, readonly string[]> {
  const rules = SESSION_RULES.filter(({ verified }) => verified === undefined);
  return createVerification([
    ...rules,
    createPolicyRule(tables),
    ...(user === undefined ? [] : [createUserRule(user)]),
  ]);
}

function sentenceIf(condition: string, sentence: string): string {
  return `CASE WHEN ${condition} THEN '${sentence.replaceAll("'", "''")}' END`;
}

/** After a failed statement the server rejects all others, this one too. */
const IN_FAILED_TRANSACTION = '25P02';
const FAILED_TRANSACTION = 'it is in a transaction that failed and was never ended: ROLLBACK it';

function createVerification(rules: readonly SessionRule[]): SqlCommand<null, readonly string[]> {
  const problems = rules.flatMap(({ problem }) => problem ?? []);
  const sql = `SELECT ${problems.map((problem, index) => `${problem} AS problem${index}`).join(', ')}`;
  return {
    single: () => ({
      sql,
      parameters: [],
      read: ({ records }) => {
        const found = problems.map((_, index) => columnValue(records[0], `problem${index}`));
        return found.filter((problem) => typeof problem === 'string');
      },
      readFailure: (error) =>
        errorCode(unwrapQueryError(error)) === IN_FAILED_TRANSACTION ? [FAILED_TRANSACTION] : undefined,
    }),
  };
}

function createPolicyRule({ state, counter }: PostgresTables): SessionRule {
  const problems = [policyProblem(TABLES.state, oidOf(state)), policyProblem(TABLES.counter, oidOf(counter))];
  return { name: 'row_security', problem: `coalesce(${problems.join(', ')})` };
}

function createUserRule(user: string): SessionRule {
  return {
    name: 'role',
    problem: sentenceIf(
      `current_user <> '${user.replaceAll("'", "''")}'`,
      `its role is not ${user}, as it was at the start: RESET ROLE`,
    ),
  };
}
