import type { StatementResult } from '../dialect/typeorm-types.js';
import type { Verb } from '../dialect/dialect.js';
import { columnValue } from '../dialect/result-row.js';

/** `tx_isolation` is its name on a MariaDB before 11.1. */
const ASK_SETTINGS = `SHOW SESSION VARIABLES WHERE Variable_name IN ('autocommit', 'sql_mode',
  'transaction_isolation', 'tx_isolation', 'character_set_client', 'character_set_connection', 'character_set_results')`;

/** In the reply to a statement: SERVER_STATUS_IN_TRANS. */
const IN_TRANSACTION = 1;

/** Sentences that name what a session must not be set to, and how it is mended; none: its statements can be trusted. */
export const verifyMysqlSession: Verb<null, readonly string[]> = {
  alone: () => ({
    sql: ASK_SETTINGS,
    parameters: [],
    read: ({ records }) => {
      return findProblems(
        new Map(records.map((row) => [String(columnValue(row, 'Variable_name')), String(columnValue(row, 'Value'))])),
      );
    },
  }),
};

function findProblems(settings: ReadonlyMap<string, string>): string[] {
  const isolation = settings.get('transaction_isolation') ?? settings.get('tx_isolation');
  const characters = [...settings].filter(([name, value]) => name.startsWith('character_set_') && value !== '');
  const narrow = characters.filter(([, value]) => value !== 'utf8mb4').map(([name, value]) => `${name} = ${value}`);
  return [
    ...(settings.get('autocommit') === 'ON' ? [] : ['autocommit is off, so no write would last: SET autocommit = 1']),
    ...(settings.get('sql_mode')?.includes('NO_BACKSLASH_ESCAPES') === true
      ? ['the sql_mode has NO_BACKSLASH_ESCAPES, under which mysql2 cannot quote a parameter: take it out']
      : []),
    ...(isolation === 'READ-UNCOMMITTED'
      ? ['the isolation level READ UNCOMMITTED shows what was never written: SET it to READ COMMITTED']
      : []),
    ...(narrow.length === 0
      ? []
      : [`${narrow.join(', ')}, in which some texts are lost: give the DataSource charset: 'utf8mb4'`]),
  ];
}

/** Whether a statement that changed something waits for a commit that nobody will send. */
export function isUncommitted({ raw }: StatementResult): boolean {
  return (Number(columnValue(raw, 'serverStatus') ?? 0) & IN_TRANSACTION) !== 0;
}
