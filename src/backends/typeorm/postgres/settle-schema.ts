import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { SqlCommand, SqlSession } from '../dialect/dialect.js';
import { TABLES } from '../dialect/standard-statements.js';
import { columnValue } from '../dialect/typeorm-types.js';

/** The role that statements are executed as. */
export const CURRENT_USER: SqlCommand<null, string> = {
  single: () => ({
    sql: 'SELECT current_user::text AS name',
    parameters: [],
    read: ({ records }) => String(columnValue(records[0], 'name')),
  }),
};

/** A schema of a `search_path`, and which of the tables it has. */
interface FoundSchema {
  readonly name: string;
  readonly hasStates: boolean;
  readonly hasCounters: boolean;
}

/**
 * Finds the schema of the tables, as the `search_path` has it when the storage starts. All statements name this schema: the
 * `search_path` of a session that others use too may change at any time.
 * @throws {@link StorageUnavailableError} if the `search_path` does not say which schema it is
 */
export async function settleSchema(session: SqlSession, location: string): Promise<string> {
  const ofSession = await session.read(schemasIn(SESSION_PATH), null);
  const byDefault = await session.read(schemasIn(DEFAULT_PATH), null);
  const problem = findProblem(ofSession, byDefault);
  const schema = schemaOf(ofSession);
  if (problem === undefined && schema !== undefined) return schema;
  const message = `${location}: ${problem ?? NO_SCHEMA}. Give the connection or the DataSource the option schema.`;
  throw new StorageUnavailableError(message, { outcome: 'not-applied' });
}

/** The schemas that exist and that the user may use, without those that Postgres adds. */
const SESSION_PATH = 'SELECT current_schemas(false) AS names';

/** The same for the `search_path` that the session began with, whatever it has been SET to since. Changes no setting. */
const DEFAULT_PATH = `SELECT CASE WHEN applied.path IS NOT NULL THEN current_schemas(false) END AS names
  FROM (SELECT set_config('search_path', reset_val, true) AS path FROM pg_settings WHERE name = 'search_path' OFFSET 0)
    AS applied`;

const NO_SCHEMA = 'no schema of the search_path exists, or this user may use none of them';

function schemasIn(path: string): SqlCommand<null, readonly FoundSchema[]> {
  const has = (table: string): string => `to_regclass(format('%I.${table}', schema.name)) IS NOT NULL`;
  const sql = `WITH path AS MATERIALIZED (${path})
    SELECT schema.name::text AS name, ${has(TABLES.state)} AS has_states, ${has(TABLES.counter)} AS has_counters
      FROM path CROSS JOIN LATERAL unnest(path.names) WITH ORDINALITY AS schema(name, position) ORDER BY schema.position`;
  return { single: () => ({ sql, parameters: [], read: ({ records }) => records.map(toFoundSchema) }) };
}

function toFoundSchema(record: unknown): FoundSchema {
  return {
    name: String(columnValue(record, 'name')),
    hasStates: columnValue(record, 'has_states') === true,
    hasCounters: columnValue(record, 'has_counters') === true,
  };
}

/** The first schema that has a table; else the first, in which CREATE TABLE would make them. */
function schemaOf(schemas: readonly FoundSchema[]): string | undefined {
  return (schemas.find(({ hasStates, hasCounters }) => hasStates || hasCounters) ?? schemas[0])?.name;
}

function findProblem(ofSession: readonly FoundSchema[], byDefault: readonly FoundSchema[]): string | undefined {
  const states = ofSession.find(({ hasStates }) => hasStates)?.name;
  const counters = ofSession.find(({ hasCounters }) => hasCounters)?.name;
  if (states !== undefined && counters !== undefined && states !== counters) {
    return `the search_path finds ${TABLES.state} in schema ${states}, but ${TABLES.counter} in schema ${counters}`;
  }
  const [found, expected] = [schemaOf(ofSession), schemaOf(byDefault)];
  if (found === expected) return undefined;
  return (
    `the search_path of this session leads to schema ${found ?? '(none)'}, that of a new one to ${expected ?? '(none)'}, ` +
    'so it is not certain where the tables are'
  );
}
