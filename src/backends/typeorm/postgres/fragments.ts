import { createHash } from 'node:crypto';
import type { EntryKind } from '../../../contract/storage-driver.js';
import type { OnLive } from '../dialect/dialect.js';

/** The quoted names of the tables, with their schema where one is given. */
export type PostgresTables = Readonly<Record<EntryKind, string>>;

/** @param schema - undefined: the first of the connection's `search_path` that has them */
export function tablesIn(schema: string | undefined): PostgresTables {
  const prefix = prefixOf(schema);
  return { state: `${prefix}"fsm_state"`, counter: `${prefix}"fsm_counter"` };
}

/** What stands before the name of a table or nothing. */
export function prefixOf(schema: string | undefined): string {
  return schema === undefined ? '' : `"${schema.replaceAll('"', '""')}".`;
}

/**
 * The server's clock in epoch milliseconds, read once for the whole statement: when the server received it. Two readings
 * could fall on both sides of a deadline, and a counter go on from its total and yet get a new deadline.
 *
 * A statement that waits for a row lock sees the row as it is after the wait, and still goes by the moment it arrived.
 * So it may find a state alive whose deadline passed while it waited, as if it had got through at once.
 */
export const NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

/**
 * A statement's name: the same for the same text in every process, and shorter than the 63 bytes that Postgres cuts
 * names to.
 */
export function nameOf(sql: string): string {
  return `fsm_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
}

/** The row of a key. Parameters: $1 namespace, $2 identifier. */
export const AT_KEY = 'namespace = $1 AND identifier = $2';

export const IS_LIVE = `(expires_at IS NULL OR expires_at > ${NOW})`;

/** Of the row that is there when an upsert comes upon one; NULL, which counts as no, where it never expires. */
export const STORED_IS_EXPIRED = `stored.expires_at <= ${NOW}`;

/** A deadline from a ttl in milliseconds; NULL where that is NULL. @param parameter - e.g. `$4` */
export function deadlineIn(parameter: string): string {
  return `${NOW} + ${parameter}::bigint`;
}

/** What an upsert makes of the deadline of a row that is there already. */
export function newDeadline(onLive: OnLive): string {
  if (onLive === 'replace') return 'excluded.expires_at';
  return `CASE WHEN ${STORED_IS_EXPIRED} THEN excluded.expires_at ELSE stored.expires_at END`;
}

/** A bigint that was sent as text: how `pg` gives a bigint depends on settings that the app may have made. */
export function toInteger(value: unknown): number | null {
  return typeof value === 'string' ? Number(value) : null;
}
