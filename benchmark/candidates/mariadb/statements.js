const EXACT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin';

/** One table for states and one for counters, as the library documents its own: the raw drivers do equal work. */
export const CREATE_TABLES = [
  `CREATE TABLE IF NOT EXISTS fsm_state (
    namespace varchar(64) ${EXACT} NOT NULL, identifier varchar(512) ${EXACT} NOT NULL,
    state_json longtext ${EXACT} NOT NULL, expires_at bigint NULL,
    PRIMARY KEY (namespace, identifier), KEY fsm_state_expires_at (expires_at)) ENGINE=InnoDB`,
  `CREATE TABLE IF NOT EXISTS fsm_counter (
    namespace varchar(64) ${EXACT} NOT NULL, identifier varchar(512) ${EXACT} NOT NULL,
    value bigint NOT NULL, expires_at bigint NULL,
    PRIMARY KEY (namespace, identifier), KEY fsm_counter_expires_at (expires_at)) ENGINE=InnoDB`,
];

/** The server's clock decides what has expired, as it does for the library. */
const NOW = "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)";
const IS_LIVE = `(expires_at IS NULL OR expires_at > ${NOW})`;

/** Parameters: namespace, identifier, text, milliseconds to live. */
export const SET = `INSERT INTO fsm_state (namespace, identifier, state_json, expires_at) VALUES (?, ?, ?, ${NOW} + ?)
  ON DUPLICATE KEY UPDATE state_json = VALUES(state_json), expires_at = VALUES(expires_at)`;

/** Parameters: namespace, identifier. */
export const GET = `SELECT state_json FROM fsm_state WHERE namespace = ? AND identifier = ? AND ${IS_LIVE}`;

/**
 * Parameters: namespace, then the identifiers.
 * @param {number} count
 */
export function getMany(count) {
  return `SELECT identifier, state_json FROM fsm_state
    WHERE namespace = ? AND identifier IN (${Array.from({ length: count }, () => '?').join(',')}) AND ${IS_LIVE}`;
}

/** Parameters: next text, namespace, identifier, expected text. The connection counts rows that were found. */
export const COMPARE_AND_SET = `UPDATE fsm_state SET state_json = ?, expires_at = NULL
  WHERE namespace = ? AND identifier = ? AND state_json = ? AND ${IS_LIVE}`;

/**
 * Parameters: namespace, identifier, amount, milliseconds to live. A counter without keeps the deadline it has. What
 * LAST_INSERT_ID is given comes back with the reply; the counters here are above 0.
 */
export const INCREMENT = `INSERT INTO fsm_counter (namespace, identifier, value, expires_at)
  VALUES (?, ?, LAST_INSERT_ID(?), ${NOW} + ?)
  ON DUPLICATE KEY UPDATE
    value = LAST_INSERT_ID(IF(expires_at <= ${NOW}, VALUES(value), value + VALUES(value))),
    expires_at = COALESCE(VALUES(expires_at), expires_at)`;

/** Parameters: namespace, first identifier, the identifier behind the last. */
export const LIST = `SELECT identifier FROM fsm_state
  WHERE namespace = ? AND identifier >= ? AND identifier < ? AND ${IS_LIVE}`;

/** Parameter: namespace. */
export const CLEAR = ['DELETE FROM fsm_state WHERE namespace = ?', 'DELETE FROM fsm_counter WHERE namespace = ?'];
