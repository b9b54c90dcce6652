import { createHash } from 'node:crypto';
import type { EntryKind } from '../../../contract/storage-driver.js';
import type { OnLive } from '../dialect/dialect.js';
import { isLiveSql, type SqlSyntax } from '../dialect/standard-statements.js';
import { affectedAnyRow, columnValue, storedValue } from '../dialect/typeorm-types.js';

/** The quoted names of the tables, with their schema if one is given. */
export type PostgresTables = Readonly<Record<EntryKind, string>>;

/** @param schema - undefined: not settled yet */
export function tablesIn(schema: string | undefined): PostgresTables {
  const prefix = schemaPrefix(schema);
  return { state: `${prefix}"fsm_state"`, counter: `${prefix}"fsm_counter"` };
}

/** The quoted schema with its dot, or nothing. */
export function schemaPrefix(schema: string | undefined): string {
  return schema === undefined ? '' : `"${schema.replaceAll('"', '""')}".`;
}

/**
 * The server's clock in epoch milliseconds, read once for the whole statement: the time at which the server received it.
 * Two different times could be before and after a deadline, and a counter keep its total and yet get a new deadline.
 *
 * A statement that waits for a row lock sees the row as it is after the wait, but still uses the time of its arrival. So
 * it may find a state live whose deadline passed during the wait, as if it had not waited.
 */
export const NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

export const IS_LIVE = isLiveSql(NOW);

/** About the row that an upsert finds; NULL, which counts as false, if that row never expires. */
export const STORED_IS_EXPIRED = `stored.expires_at <= ${NOW}`;

/** A deadline from a ttl in milliseconds; NULL if the ttl is NULL. @param parameter - e.g. `$4` */
export function deadlineIn(parameter: string): string {
  return `${NOW} + ${parameter}::bigint`;
}

/** The deadline that an upsert gives to an existing row. */
export function newDeadline(onLive: OnLive): string {
  if (onLive === 'replace') return 'excluded.expires_at';
  return `CASE WHEN ${STORED_IS_EXPIRED} THEN excluded.expires_at ELSE stored.expires_at END`;
}

/**
 * The name of a prepared statement: the same for the same text in every process, and shorter than the 63 bytes to which
 * Postgres truncates names.
 */
export function nameOf(sql: string): string {
  return `fsm_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
}

/** A bigint that was selected as text: how `pg` returns a bigint depends on settings that the app may have changed. */
export function toInteger(value: unknown): number | null {
  return typeof value === 'string' ? Number(value) : null;
}

export function createSyntax(tables: PostgresTables): SqlSyntax {
  return {
    tables,
    placeholder: (position) => `$${position}`,
    clock: 'server',
    now: NOW,
    deadline: deadlineIn,
    selectedValues: { state: 'state_json', counter: 'value::text AS value' },
    readValue: {
      state: (row) => storedValue(row, 'state_json'),
      counter: (row) => toInteger(columnValue(row, 'value')),
    },
    selectedTtl: `(expires_at - ${NOW})::text AS ttl`,
    readTtl: toInteger,
    matchedAnyRow: affectedAnyRow,
    nameOf,
  };
}
