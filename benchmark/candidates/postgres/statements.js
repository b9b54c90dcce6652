/** One table for states and one for counters, in the library's documented layout, so that the raw drivers do equal work. */
export const CREATE_TABLES = `
  CREATE TABLE IF NOT EXISTS fsm_state (
    namespace text COLLATE "C" NOT NULL, identifier text COLLATE "C" NOT NULL, state_json text NOT NULL,
    expires_at bigint, PRIMARY KEY (namespace, identifier));
  CREATE INDEX IF NOT EXISTS fsm_state_expires_at ON fsm_state (expires_at);
  CREATE TABLE IF NOT EXISTS fsm_counter (
    namespace text COLLATE "C" NOT NULL, identifier text COLLATE "C" NOT NULL, value bigint NOT NULL,
    expires_at bigint, PRIMARY KEY (namespace, identifier));
  CREATE INDEX IF NOT EXISTS fsm_counter_expires_at ON fsm_counter (expires_at)`;

/** The server's clock decides which entries have expired, as in the library. */
const NOW = '(extract(epoch FROM statement_timestamp()) * 1000)::bigint';
const IS_LIVE = `(expires_at IS NULL OR expires_at > ${NOW})`;

/** Parameters: namespace, identifier, text, milliseconds to live. */
export const SET = `INSERT INTO fsm_state (namespace, identifier, state_json, expires_at)
  VALUES ($1, $2, $3, ${NOW} + $4::bigint)
  ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at = excluded.expires_at`;

/** Parameters: namespace, identifier. */
export const GET = `SELECT state_json FROM fsm_state WHERE namespace = $1 AND identifier = $2 AND ${IS_LIVE}`;

/** Parameters: namespace, identifiers. */
export const GET_MANY = `SELECT identifier, state_json FROM fsm_state
  WHERE namespace = $1 AND identifier = ANY ($2::text[]) AND ${IS_LIVE}`;

/** Parameters: namespace, identifier, expected text, next text. */
export const COMPARE_AND_SET = `UPDATE fsm_state SET state_json = $4, expires_at = NULL
  WHERE namespace = $1 AND identifier = $2 AND state_json = $3 AND ${IS_LIVE}`;

/** Parameters: namespace, identifier, amount, milliseconds to live. Without them a counter keeps its deadline. */
export const INCREMENT = `INSERT INTO fsm_counter AS stored (namespace, identifier, value, expires_at)
  VALUES ($1, $2, $3, ${NOW} + $4::bigint)
  ON CONFLICT (namespace, identifier) DO UPDATE SET
    value = CASE WHEN stored.expires_at <= ${NOW} THEN excluded.value ELSE stored.value + excluded.value END,
    expires_at = coalesce(excluded.expires_at, stored.expires_at)
  RETURNING value`;

/** Parameters: namespace, first identifier, the identifier behind the last. */
export const LIST = `SELECT identifier FROM fsm_state
  WHERE namespace = $1 AND identifier >= $2 AND identifier < $3 AND ${IS_LIVE}`;

/** Parameter: namespace. */
export const CLEAR_STATES = 'DELETE FROM fsm_state WHERE namespace = $1';
export const CLEAR_COUNTERS = 'DELETE FROM fsm_counter WHERE namespace = $1';

/** Parameters: namespace, identifiers, text. */
export const SEED = `INSERT INTO fsm_state (namespace, identifier, state_json)
  SELECT $1, unnest($2::text[]), $3
  ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at = NULL`;
