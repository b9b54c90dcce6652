/** One table for states and one for counters, in the library's documented layout, so that the raw drivers do equal work. */
export const CREATE_TABLES = [
  `CREATE TABLE IF NOT EXISTS fsm_state (
    namespace TEXT NOT NULL, identifier TEXT NOT NULL, state_json TEXT NOT NULL, expires_at INTEGER,
    PRIMARY KEY (namespace, identifier))`,
  'CREATE INDEX IF NOT EXISTS fsm_state_expires_at ON fsm_state (expires_at)',
  `CREATE TABLE IF NOT EXISTS fsm_counter (
    namespace TEXT NOT NULL, identifier TEXT NOT NULL, value INTEGER NOT NULL, expires_at INTEGER,
    PRIMARY KEY (namespace, identifier)) WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS fsm_counter_expires_at ON fsm_counter (expires_at)',
];

/** An acknowledged write is on the disk: the same durability for every candidate that supports it. */
export const DURABLE = ['PRAGMA journal_mode = WAL', 'PRAGMA synchronous = FULL'];

export const DURABLE_SETTINGS = 'WAL, synchronous FULL';

export const NAMESPACE = 'fsm';

const IS_LIVE = '(expires_at IS NULL OR expires_at > ?)';

/** Parameters: namespace, identifier, text, expires_at. */
export const SET = `INSERT INTO fsm_state (namespace, identifier, state_json, expires_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at = excluded.expires_at`;

/** Parameters: namespace, identifier, now. */
export const GET = `SELECT state_json FROM fsm_state WHERE namespace = ? AND identifier = ? AND ${IS_LIVE}`;

/** Parameters: identifiers as JSON, namespace, now. */
export const GET_MANY = `SELECT wanted.key AS position, state_json FROM json_each(?) AS wanted
  CROSS JOIN fsm_state ON namespace = ? AND identifier = wanted.value WHERE ${IS_LIVE}`;

/** Parameters: next text, namespace, identifier, expected text, now. */
export const COMPARE_AND_SET = `UPDATE fsm_state SET state_json = ?, expires_at = NULL
  WHERE namespace = ? AND identifier = ? AND state_json = ? AND ${IS_LIVE}`;

/** Parameters: namespace, identifier, amount, expires_at, now. Without expires_at a counter keeps its deadline. */
export const INCREMENT = `INSERT INTO fsm_counter (namespace, identifier, value, expires_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (namespace, identifier) DO UPDATE SET
    value = CASE WHEN fsm_counter.expires_at <= ? THEN excluded.value ELSE fsm_counter.value + excluded.value END,
    expires_at = coalesce(excluded.expires_at, fsm_counter.expires_at)
  RETURNING value`;

/** Parameters: namespace, first identifier, the identifier behind the last, now. */
export const LIST = `SELECT identifier FROM fsm_state
  WHERE namespace = ? AND identifier >= ? AND identifier < ? AND ${IS_LIVE}`;

/** Parameter: namespace. */
export const CLEAR = ['DELETE FROM fsm_state WHERE namespace = ?', 'DELETE FROM fsm_counter WHERE namespace = ?'];

/**
 * The end of a prefix's range: no identifier here contains the last code point.
 * @param {string} prefix
 */
export function endOf(prefix) {
  return `${prefix}\u{10ffff}`;
}

/**
 * @param {number | undefined} seconds
 * @returns {number | null} epoch milliseconds; null: never
 */
export function deadlineIn(seconds) {
  return seconds === undefined ? null : Date.now() + seconds * 1000;
}
