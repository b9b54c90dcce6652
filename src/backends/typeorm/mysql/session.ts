import type { SqlCommand } from '../dialect/dialect.js';
import { columnValue } from '../dialect/typeorm-types.js';

/** The settings of a session by their names, in lower case. */
type Settings = ReadonlyMap<string, string>;

/** One property that every session must have, whatever the server's defaults are. */
interface SessionRule {
  /** The settings that it is read from. A server that does not have one of them does not list it. */
  readonly settings: readonly string[];
  /** The assignment that a connection of ours gets; undefined: it is none, or needs a privilege. */
  readonly assignment?: string;
  /** The same of a setting of transactions, for which SET has another form. */
  readonly ofTransactions?: string;
  /** What is wrong and how to change it; undefined: nothing. */
  readonly findProblem: (settings: Settings) => string | undefined;
}

/** A MariaDB before 11.1 says `tx_…`. */
const ISOLATION = ['transaction_isolation', 'tx_isolation'] as const;
const IS_READ_ONLY = ['transaction_read_only', 'tx_read_only'] as const;
const CHARACTER_SETS = ['character_set_client', 'character_set_connection', 'character_set_results'] as const;

/**
 * What a session must be like. Our connections get the assignments before their first use; a session of any pool is
 * verified when the storage starts. What is not in this list has no influence: the statements name their database and
 * their limits, columns have their own collation, and times are in UTC.
 */
const SESSION_RULES: readonly SessionRule[] = [
  {
    settings: CHARACTER_SETS,
    // The server may ignore the character set of the handshake (skip-character-set-client-handshake).
    assignment: 'NAMES utf8mb4',
    findProblem: findLossyCharacterSets,
  },
  {
    settings: ['autocommit'],
    assignment: 'SESSION autocommit = 1',
    findProblem: (settings) => {
      if (settings.get('autocommit') === 'ON') return undefined;
      return 'autocommit is off, so no write would be kept: SET autocommit = 1';
    },
  },
  {
    settings: ['sql_mode'],
    // Strict: no text is truncated. A backslash escapes, as mysql2 assumes.
    assignment: "SESSION sql_mode = 'STRICT_TRANS_TABLES'",
    findProblem: (settings) => {
      if (settings.get('sql_mode')?.includes('NO_BACKSLASH_ESCAPES') !== true) return undefined;
      return 'the sql_mode has NO_BACKSLASH_ESCAPES, under which mysql2 cannot quote a parameter: remove it';
    },
  },
  {
    settings: ['sql_select_limit'],
    assignment: 'SESSION sql_select_limit = 18446744073709551615',
    findProblem: () => undefined,
  },
  {
    settings: ['sql_safe_updates'],
    assignment: 'SESSION sql_safe_updates = 0',
    findProblem: (settings) => {
      if (settings.get('sql_safe_updates') !== 'ON') return undefined;
      return 'sql_safe_updates is on, which rejects the removal of expired rows: SET sql_safe_updates = 0';
    },
  },
  {
    settings: ['sql_big_selects'],
    assignment: 'SESSION sql_big_selects = 1',
    findProblem: () => undefined,
  },
  {
    settings: IS_READ_ONLY,
    ofTransactions: 'READ WRITE',
    findProblem: (settings) => {
      if (valueOf(settings, IS_READ_ONLY) !== 'ON') return undefined;
      return 'its transactions are read-only, so that no write would succeed: SET SESSION TRANSACTION READ WRITE';
    },
  },
  {
    settings: ISOLATION,
    // Locks rows, not the gaps between them, which would make writers of neighbouring keys wait for each other.
    ofTransactions: 'ISOLATION LEVEL READ COMMITTED',
    findProblem: (settings) => {
      if (valueOf(settings, ISOLATION) !== 'READ-UNCOMMITTED') return undefined;
      return 'the isolation level READ UNCOMMITTED shows writes that were undone: SET it to READ COMMITTED';
    },
  },
  {
    settings: ['binlog_format', 'log_bin', 'sql_log_bin'],
    findProblem: findStatementLogging,
  },
];

/** The statements that a connection of ours begins with. */
export function sessionSettings(commandTimeout: number): readonly string[] {
  // A statement stops waiting for a lock before its caller times out, so that the caller learns that nothing was changed.
  const seconds = Math.max(1, Math.ceil(commandTimeout / 1000) - 1);
  const lockWaits = [`SESSION innodb_lock_wait_timeout = ${seconds}`, `SESSION lock_wait_timeout = ${seconds}`];
  const assignments = [...SESSION_RULES.flatMap(({ assignment }) => assignment ?? []), ...lockWaits];
  const ofTransactions = SESSION_RULES.flatMap((rule) => rule.ofTransactions ?? []);
  return [`SET ${assignments.join(', ')}`, `SET SESSION TRANSACTION ${ofTransactions.join(', ')}`];
}

const NAMES = SESSION_RULES.flatMap(({ settings }) => settings);

/** Sentences about settings that make a session unusable, and how to change them. */
export const verifySession: SqlCommand<null, readonly string[]> = {
  single: () => ({
    sql: `SHOW SESSION VARIABLES WHERE Variable_name IN (${NAMES.map((name) => `'${name}'`).join(', ')})`,
    parameters: [],
    read: ({ records }) => findProblems(new Map(records.map(toSetting))),
  }),
};

function findProblems(settings: Settings): string[] {
  // It also limits the reply that the settings are read from.
  const limit = settings.get('sql_select_limit');
  if (limit === undefined || Number(limit) <= settings.size) {
    return ['sql_select_limit is so small that reads find too little: SET sql_select_limit = DEFAULT'];
  }
  return SESSION_RULES.flatMap(({ findProblem }) => findProblem(settings) ?? []);
}

function toSetting(record: unknown): [string, string] {
  return [String(columnValue(record, 'Variable_name')).toLowerCase(), String(columnValue(record, 'Value'))];
}

function valueOf(settings: Settings, names: readonly string[]): string | undefined {
  const name = names.find((each) => settings.has(each));
  return name === undefined ? undefined : settings.get(name);
}

function findLossyCharacterSets(settings: Settings): string | undefined {
  const lossy = CHARACTER_SETS.flatMap((name) => {
    const value = settings.get(name) ?? '';
    return value === '' || value === 'utf8mb4' ? [] : `${name} = ${value}`;
  });
  if (lossy.length === 0) return undefined;
  return (
    `${lossy.join(', ')}, in which some texts are lost: give the DataSource charset: 'utf8mb4', and start the server ` +
    'without skip-character-set-client-handshake'
  );
}

/** A server with this format rejects every write below REPEATABLE READ (1665). */
function findStatementLogging(settings: Settings): string | undefined {
  if (settings.get('binlog_format') !== 'STATEMENT' || settings.get('log_bin') !== 'ON') return undefined;
  const isLogged = settings.get('sql_log_bin') !== 'OFF';
  if (!isLogged || valueOf(settings, ISOLATION) !== 'READ-COMMITTED') return undefined;
  return (
    'binlog_format is STATEMENT, with which the server rejects writes at the isolation level READ COMMITTED: SET GLOBAL ' +
    'binlog_format = ROW or MIXED, there and in the configuration of the server'
  );
}
